"""The burn-up chart: hours earned climb towards all hours, and a cone shows when they may meet.

Places are percentages of the plot, from the top left, so that a page can stretch it and keep the letters' size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from roadmap.calendar import NAMED

from .axis import HourAxis, Stretch, Tick, TimeAxis

Points = Sequence[tuple[date, float]]
_SHORTEST = timedelta(weeks=4)  # what the axis shows at least
_MOST_ROWS = 30


class Finish(NamedTuple):
    """A day of the forecast, None beyond its horizon, and how it is told to people."""

    on: date | None
    words: str


class Forecast(NamedTuple):
    """When everything may be earned: four times in five between `early` and `late`."""

    early: Finish
    likely: Finish
    late: Finish


class Line(NamedTuple):
    """A line of the table behind the chart: hours up to and including that day."""

    on: date
    earned: float
    total: float


@dataclass(frozen=True, slots=True)
class BurnUp:
    """What the template draws. Paths are path data on a plot of 100 by 100; empty where there is nothing to draw."""

    today: date
    earned: float
    total: float
    forecast: Forecast | None
    times: tuple[Tick, ...]
    hours: tuple[Tick, ...]
    earned_path: str
    earned_area: str
    total_path: str
    cone: str
    likely_path: str
    now: tuple[float, float]
    meeting: tuple[float, float] | None
    target_at: float | None
    pauses: tuple[Stretch, ...]
    rows: tuple[Line, ...]


def burn_up(
    *,
    earned: Points,
    total: Points,
    today: date,
    forecast: Forecast | None = None,
    pauses: Sequence[tuple[date, date]] = (),
    target_on: date | None = None,
) -> BurnUp:
    """Lay out the chart.

    `earned`: (local date, hours earned up to and including it), by date, none after today; empty without a history.
    `total`: (date from which it holds, all hours of the path), by date; at least one. `pauses`: first and last day.
    """
    now = earned[-1][1] if earned else 0.0
    history = [*earned, (today, now)] if earned and earned[-1][0] < today else list(earned) or [(today, now)]
    end = total[-1][1]
    axis = TimeAxis(history[0][0], _last(history[0][0], today, forecast, target_on))
    scale = HourAxis.holding(max(now, *(hours for _, hours in total)))
    climbed = [(axis.at(day), scale.at(hours)) for day, hours in history]
    cone, likely, meeting = _forecast(axis, scale, (today, now), end, forecast)
    return BurnUp(
        today=today,
        earned=now,
        total=end,
        forecast=forecast,
        times=axis.ticks(),
        hours=scale.ticks(),
        earned_path=_path(climbed) if earned else "",
        earned_area=_path([(climbed[0][0], 100.0), *climbed, (climbed[-1][0], 100.0)]) + "Z" if earned else "",
        total_path=_path(_stairs(axis, scale, total)),
        cone=cone,
        likely_path=likely,
        now=climbed[-1],
        meeting=meeting,
        target_at=axis.at(target_on) if target_on else None,
        pauses=axis.stretches(pauses),
        rows=tuple(Line(day, hours, _holding(total, day)) for day, hours in _thinned(history)),
    )


def _last(first: date, today: date, forecast: Forecast | None, target_on: date | None) -> date:
    """Return where the time axis ends: a little after the last thing on it."""
    known = [finish.on for finish in forecast or () if finish.on]
    latest = max([today, first + _SHORTEST, *known, *([target_on] if target_on else [])])
    last = latest + (latest - first) * (0.04 if forecast is None or forecast.late.on else 0.3)
    return max(latest, min(last, today + NAMED))


def _forecast(
    axis: TimeAxis, scale: HourAxis, now: tuple[date, float], end: float, forecast: Forecast | None
) -> tuple[str, str, tuple[float, float] | None]:
    """Return the cone, the likely line and where that meets the total; what has no date runs level to the edge."""
    if forecast is None or not forecast.early.on:
        return "", "", None
    start, goal, level = (axis.at(now[0]), scale.at(now[1])), scale.at(end), scale.at(now[1])
    late = [(axis.at(forecast.late.on), goal)] if forecast.late.on else [(100.0, goal), (100.0, level)]
    cone = _path([start, (axis.at(forecast.early.on), goal), *late]) + "Z"
    if not forecast.likely.on:
        return cone, "", None
    meeting = (axis.at(forecast.likely.on), goal)
    return cone, _path([start, meeting]), meeting


def _stairs(axis: TimeAxis, scale: HourAxis, total: Points) -> list[tuple[float, float]]:
    """Return the total from edge to edge: it changes on a day, not in between."""
    points = [(0.0, scale.at(total[0][1]))]
    for day, hours in total:
        points += [(axis.at(day), points[-1][1]), (axis.at(day), scale.at(hours))]
    return [*points, (100.0, points[-1][1])]


def _holding(total: Points, day: date) -> float:
    return next((hours for since, hours in reversed(total) if since <= day), total[0][1])


def _thinned(points: Points) -> Points:
    """Keep a table short: all points, or the last of each month, quarter or year."""
    periods: tuple[Callable[[date], tuple[int, ...]], ...] = (
        lambda day: (day.year, day.month),
        lambda day: (day.year, (day.month - 1) // 3),
        lambda day: (day.year,),
    )
    found = list(points)
    for period in periods:
        if len(found) > _MOST_ROWS:
            found = list({period(day): (day, hours) for day, hours in points}.values())
    return found


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
