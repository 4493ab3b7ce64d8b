"""Logs: one JSON object a line on standard error, so that nothing a visitor sends can forge or colour a line.

Who reads logs must not be able to act for a learner. The token of a link is all the authority that there is, so no line
tells one: `/digests/done/<token>/` says what was asked for, and not by whom.
"""

from __future__ import annotations

import re
from typing import Any

import structlog

# What follows these words in a path. Every token has a dot, which the pages beside (`/digests/preview/html/`) have not.
# A redirect names the page that it comes from (`?next=`), quoted. `deploy/Caddyfile` has the same for the proxy's logs.
TOKEN = re.compile(
    r"""(?i)((?:/|%2F)(?:calendar|invitations|digests(?:/|%2F)+[\w-]+)(?:/|%2F)+)"""
    r"""[^/?#&\s"'<>]*(?:\.|%2E)[^/?#&\s"'<>]*"""
)


def mask(value: Any) -> Any:
    """Return a value of a log line with `<token>` in place of every token, at any depth."""
    match value:
        case str():
            return TOKEN.sub(r"\1<token>", value)
        case dict():
            return {key: mask(part) for key, part in value.items()}
        case list() | tuple():
            return [mask(part) for part in value]
        case None | bool() | int() | float():
            return value
        case _:
            return mask(repr(value))  # as the renderer would


def _mask_line(_logger: Any, _method: str, line: Any) -> Any:
    return mask(line)


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(level: str) -> dict[str, Any]:
    """Set structlog up and return Django's `LOGGING` for the same format at `level`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED, structlog.stdlib.PositionalArgumentsFormatter()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _mask_line,  # here, since what Django and gunicorn log comes by here as well, formatted
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": True},
        },
    }
