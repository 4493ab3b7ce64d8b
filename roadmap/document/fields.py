"""The kinds of value that a roadmap document holds: slugs, texts, numbers, dates, addresses."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
MAX_HOURS = 100_000
MAX_MONTHS = 1_200
MAX_URL = 2_000
FIRST_YEAR, LAST_YEAR = 1900, 2200

# Anything that is not a character a reader sees: C0 and C1 controls; a long text may hold line breaks and tabs.
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_LONG = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR = re.compile(r"\d{4}")
_HOST = re.compile(r"[\w.-]+|\[[0-9a-fA-F:.]+\]")  # \w: international names stay as people write them
# What most addresses look like; safe at a glance, so that a large document is read in half the time.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/%&=?#+,:;@!$'()*-]*)?")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x20\x7f-\x9f\\<>\"`]")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "is empty")
    return text


def _absent_as_empty(value: Any) -> Any:
    return "" if value is None else value


def _number(value: float) -> float | int:
    """Write 4 rather than 4.0, so that a number has one form."""
    return int(value) if value.is_integer() else value


def parse_date(value: Any) -> datetime.date:
    """Return the date that `2026-11-22` names; raise a readable error for everything else."""
    if type(value) is datetime.date:
        date = value
    else:
        if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
            raise PydanticCustomError("date", "should be a date like 2026-11-22")
        try:
            date = datetime.date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("date", "is not a day of the calendar") from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise PydanticCustomError("date", f"should lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return date


def _date_or_year(value: Any) -> datetime.date | str:
    if isinstance(value, str) and _YEAR.fullmatch(value):
        if not FIRST_YEAR <= int(value) <= LAST_YEAR:
            raise PydanticCustomError("date", f"should lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        return value
    try:
        return parse_date(value)
    except PydanticCustomError:
        raise PydanticCustomError("date", "should be a date like 2026-11-22 or a year in quotes like '2026'") from None


def check_url(url: str) -> str:
    """Return an http or https address that is safe to show as a link; raise a readable error otherwise."""
    if len(url) > MAX_URL:
        raise PydanticCustomError("url", f"is longer than {MAX_URL:,} characters")
    if _PLAIN_URL.fullmatch(url):
        return url
    if _UNSAFE_IN_URL.search(url):
        raise PydanticCustomError("url", "holds a blank, a line break or another character that no address has")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise PydanticCustomError("url", "is not an address") from None
    if parts.scheme not in ("http", "https"):
        raise PydanticCustomError("url", "should begin with https:// or http://")
    if "@" in parts.netloc:
        raise PydanticCustomError("url", "should not hold a user name or password")
    if not host or not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise PydanticCustomError("url", "has no host name")
    return url


def _optional_url(url: str) -> str:
    return check_url(url) if url else url


def _or_null(text: StringConstraints) -> WithJsonSchema:
    """Return the schema of an optional text, which pydantic takes for a text that is always there."""
    return WithJsonSchema({"type": ["string", "null"], "maxLength": text.max_length, "pattern": text.pattern})


Slug = Annotated[str, StringConstraints(max_length=100, pattern=SLUG_PATTERN)]
Reference = Annotated[str, StringConstraints(max_length=50, pattern=SLUG_PATTERN)]

Title = Annotated[str, StringConstraints(max_length=200, pattern=_ONE_LINE), AfterValidator(_not_blank)]
LongTitle = Annotated[str, StringConstraints(max_length=300, pattern=_ONE_LINE), AfterValidator(_not_blank)]
Quote = Annotated[str, StringConstraints(max_length=2_000, pattern=_LONG), AfterValidator(_not_blank)]
# Optional texts: absent, null and empty are one thing, and are not written.
_NAME = StringConstraints(max_length=200, pattern=_ONE_LINE)
_LABEL = StringConstraints(max_length=100, pattern=_ONE_LINE)
_TEXT = StringConstraints(max_length=10_000, pattern=_LONG)
Name = Annotated[str, BeforeValidator(_absent_as_empty), _NAME, _or_null(_NAME)]
Label = Annotated[str, BeforeValidator(_absent_as_empty), _LABEL, _or_null(_LABEL)]
Text = Annotated[str, BeforeValidator(_absent_as_empty), _TEXT, _or_null(_TEXT)]
Url = Annotated[
    str, AfterValidator(check_url), WithJsonSchema({"type": "string", "format": "uri", "maxLength": MAX_URL})
]
OptionalUrl = Annotated[
    str,
    BeforeValidator(_absent_as_empty),
    AfterValidator(_optional_url),
    WithJsonSchema({"type": ["string", "null"], "format": "uri", "maxLength": MAX_URL}),
]

_AsNumber = PlainSerializer(_number)
Hours = Annotated[float, Field(ge=0, le=MAX_HOURS, allow_inf_nan=False), _AsNumber]
Months = Annotated[float, Field(ge=0, le=MAX_MONTHS, allow_inf_nan=False), _AsNumber]
Figure = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False), _AsNumber]

Date = Annotated[datetime.date, BeforeValidator(parse_date), WithJsonSchema({"type": "string", "format": "date"})]
DateOrYear = Annotated[
    datetime.date | str,
    BeforeValidator(_date_or_year),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}-\d{2})?$"}),
]
