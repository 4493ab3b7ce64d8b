"""What operators' pages say."""

from __future__ import annotations

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def lasting(span: timedelta | None) -> str:
    """Say how long something took, in the two largest units: `45 s`, `3 min`, `2 h 5 min`, `3 d 4 h`."""
    if span is None:
        return "–"
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    for size, large, small, whole in ((24 * 60, "d", "h", 60), (60, "h", "min", 1)):
        if minutes >= size:
            rest = minutes % size // whole
            return f"{minutes // size} {large}" + (f" {rest} {small}" if rest else "")
    return f"{minutes} min"
