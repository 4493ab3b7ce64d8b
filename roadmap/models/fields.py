"""Fields that hold what the roadmap document holds, with the same rules."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"

_HOST_AND_PORT = re.compile(
    r"[\w-]+(?:\.[\w-]+)+:[0-9]+(?:[/?#]|$)"
)  # what stands before a colon is taken for a scheme otherwise

NO_WEB_URL = "Give a web address that begins with https:// or http://, such as https://example.org/page."
_is_web_url = URLValidator(schemes=["http", "https"], message=NO_WEB_URL)


def validate_web_url(value: str) -> None:
    """Accept an http or https address without credentials; raise `ValidationError` otherwise."""
    _is_web_url(value)
    if "@" in urlsplit(value).netloc:
        raise ValidationError("Leave out the user name and password.", code="credentials")


class WebURLInput(forms.URLInput):
    """A browser refuses to send an address without a scheme from its own field for them, so this is one for text."""

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "url", "autocapitalize": "none", "spellcheck": "false", **(attrs or {})})


class WebURLFormField(forms.URLField):
    """An http or https address, as people type it: without a scheme it is meant as https. A mistake is told once."""

    widget = WebURLInput

    default_validators = [validate_web_url]
    default_error_messages = {"invalid": NO_WEB_URL}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **kwargs})

    def to_python(self, value: Any) -> Any:
        address = str(value or "").strip()
        return super().to_python(f"https://{address}" if _HOST_AND_PORT.match(address) else address)


class WebURLsFormField(forms.CharField):
    """Web addresses, one a line. A mistake is told with the line that it is in."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        urls, mistakes = [], []
        for number, line in enumerate(_lines(super().clean(value)), start=1):
            try:
                urls.append(WebURLFormField(max_length=2000).clean(line))
            except ValidationError as error:
                mistakes += [f"Line {number}: {message}" for message in error.messages]
        if mistakes:
            raise ValidationError(mistakes)
        return urls

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or ()) != _lines(data)


def _lines(text: str | None) -> list[str]:
    """Return the addresses in a text: one a line, or after a comma, as forms of the release before post them."""
    return [line.strip() for line in re.split(r"[\r\n]+|,\s*(?=https?://)", text or "") if line.strip()]


class WebURLField(models.URLField):
    """An address that is safe to show as a link."""

    default_validators = [validate_web_url]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": WebURLFormField, **kwargs})


class PermanentSlugField(models.CharField):
    """A name in addresses and files: lower-case words joined by hyphens, never changed once published."""

    default_validators = [RegexValidator(SLUG, "Use lower-case letters, digits and single hyphens.")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(*args, **kwargs)


def slug_constraint(name: str) -> models.CheckConstraint:
    """Return the database's copy of the slug rule."""
    return models.CheckConstraint(condition=Q(slug__regex=SLUG), name=name)
