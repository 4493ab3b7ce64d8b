"""How hours, percentages and learners' own words are written on a page."""

from __future__ import annotations

from datetime import date
from functools import cache
from urllib.parse import urlsplit

import nh3
from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from roadmap import calendar, planning
from roadmap.bidi import is_mixed, is_right_to_left, isolated
from roadmap.document import Document, Elapsed, Milestone

register = template.Library()

_MARKDOWN = MarkdownIt("commonmark")  # whose HTML the sanitiser strips
_TAGS = {"p", "br", "hr", "strong", "em", "a", "ul", "ol", "li", "code", "pre", "blockquote"}
_HEADINGS = tuple(f"h{level}" for level in range(1, 7))


@register.simple_tag
@cache
def mark(state: str, locked: bool | None = None, *, shown: bool = False, large: bool = False) -> SafeString:
    """Return the waymark of a state. There are few, and a page shows many: each is rendered once per process."""
    return render_to_string("_mark.html", {"state": state, "locked": locked, "shown": shown, "large": large})


@register.filter
def hours(value: float) -> str:
    """Write 150.0 as 150, 7.5 as 7.5 and 7.25 as 7.25, as they were said; what was worked out, in tenths: 3,560.3."""
    return planning.hours(value)


@register.filter
def effort(milestone: Milestone) -> str:
    """Write what a milestone takes: `20–80 h over 3–5 years`, or `24 h` where both ends are one."""
    low, high = hours(milestone.effort_hours.low), hours(milestone.effort_hours.high)
    amount = f"{_range(low, high)}\N{NO-BREAK SPACE}h"
    return f"{amount} over {calendar_time(milestone.elapsed_months)}" if milestone.elapsed_months else amount


@register.filter
def calendar_time(elapsed: Elapsed) -> str:
    """Write calendar time in years where both ends are whole or half years from a year on, else in months."""
    low, high = elapsed.low, elapsed.high
    unit, length = ("year", 12) if low >= 12 and not (low % 6 or high % 6) else ("month", 1)
    ends = _range(hours(low / length), hours(high / length))
    return f"{ends} {unit}{'' if ends == '1' else 's'}"


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


@register.filter
def live(document: Document) -> int:
    """Count the milestones of a roadmap, retired ones apart; not all of them are on everybody's way."""
    return sum(milestone.retired_on is None for milestone in document.milestones)


@register.filter
def bdi(text: str) -> str:
    """Keep a text of a document or a person apart from the words around it, where it runs from right to left."""
    return format_html("<bdi>{}</bdi>", text) if is_mixed(str(text)) else text


@register.filter
def isolate(text: str) -> str:
    """The same in an attribute, a title or an option, which take no markup."""
    return isolated(str(text))


@register.filter
def runs(title: str) -> SafeString:
    """Return the attributes with which a line of SVG is set as its whole title runs, its left edge where it was."""
    return _FROM_RIGHT_TO_LEFT if is_right_to_left(title) else _AS_IT_IS


_AS_IT_IS = mark_safe("")
_FROM_RIGHT_TO_LEFT = mark_safe(' direction="rtl" unicode-bidi="isolate" text-anchor="end"')


@register.filter
def host(address: str) -> str:
    """Write an address as its host alone."""
    return urlsplit(address).netloc.removeprefix("www.")


@register.filter
def markdown(text: str) -> SafeString:
    """Render a learner's Markdown; markup, scripts and addresses other than http, https and mailto don't survive."""
    html = _MARKDOWN.render(text)
    for heading in _HEADINGS:  # a note is no outline of the page: its headings become bold lines
        html = html.replace(f"<{heading}>", "<p><strong>").replace(f"</{heading}>", "</strong></p>")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - it comes out of the sanitiser


@register.filter
def about(on: date | None, today: date) -> str:
    """Say a forecast's day as exactly as it deserves."""
    return calendar.about(on, today)


@register.filter
def around(on: date | None, today: date) -> str:
    """Say a forecast's day in a sentence: `about May 2027`."""
    words = calendar.about(on, today)
    return f"about {words}" if calendar.is_named(on, today) else words


@register.filter
def is_named(on: date | None, today: date) -> bool:
    """Tell whether a forecast's day is near enough for its year to be named."""
    return calendar.is_named(on, today)


@register.filter
def unlocalised(value: float) -> str:
    """Write a number as an address takes it."""
    return f"{value:g}"


@register.filter
def tenth(value: float) -> str:
    """Write a pace as an address takes it: in tenths, at least half an hour."""
    return f"{max(0.5, round(value, 1)):g}"


@register.filter
def less(now: float, before: float) -> str:
    """Write a difference with its sign: of the figures as they are shown, so that a reader's sum comes out."""
    difference = _as_shown(now) - _as_shown(before)
    return f"{'−' if difference < 0 else '+'}{planning.hours(abs(difference))}"


def _as_shown(value: float) -> float:
    return float(planning.hours(value).replace(",", ""))


@register.filter
def moved(days: int) -> str:
    """Say `2 weeks later`."""
    return calendar.moved(days)
