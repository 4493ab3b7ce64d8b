"""Plans to draw: from the first minute to many years, with pauses and without an end in sight."""

from __future__ import annotations

from datetime import date, timedelta

from roadmap.charts.burnup import BurnUp, Finish, Forecast, burn_up
from roadmap.charts.timeline import Leg, Timeline, timeline

TODAY = date(2026, 11, 22)
NEVER = Finish(None, "not within 50 years")


def finish(year: int, month: int, words: str) -> Finish:
    return Finish(date(year, month, 1), words)


FAR = Forecast(finish(2032, 9, "autumn 2032"), finish(2033, 6, "2033"), finish(2034, 5, "2034"))
NEAR = Forecast(finish(2026, 12, "December 2026"), finish(2027, 1, "January 2027"), finish(2027, 2, "February 2027"))


def weekly(weeks: int, hours: float, *, rest: range = range(0)) -> list[tuple[date, float]]:
    """Return hours earned at the end of each of so many weeks up to today, none in the weeks of rest."""
    earned, points = 0.0, []
    for week in range(weeks):
        earned += 0 if week in rest else hours + week % 3
        points.append((TODAY - timedelta(weeks=weeks - 1 - week), earned))
    return points


def burn_ups() -> dict[str, BurnUp]:
    since = [(date(2020, 1, 1), 3560.0)]
    return {
        "first-minute": burn_up(earned=[], total=since, today=TODAY, forecast=FAR),
        "one-week": burn_up(earned=weekly(2, 8), total=[(TODAY, 120.0)], today=TODAY, forecast=NEAR),
        "years": burn_up(
            earned=weekly(150, 8, rest=range(60, 85)),
            total=[(date(2024, 1, 1), 3200.0), (date(2025, 6, 1), 3560.0)],
            today=TODAY,
            forecast=FAR,
            pauses=[(date(2025, 3, 3), date(2025, 8, 24)), (date(2027, 6, 1), date(2027, 9, 30))],
            target_on=date(2032, 1, 1),
        ),
        "no-end": burn_up(earned=weekly(30, 0.5), total=since, today=TODAY, forecast=Forecast(FAR[0], FAR[1], NEVER)),
        "arrived": burn_up(earned=weekly(52, 10), total=[(TODAY, 571.0)], today=TODAY),
    }


def timelines() -> dict[str, Timeline]:
    ends = [date(2027, 9, 1), date(2029, 11, 1), date(2030, 2, 1), date(2030, 5, 1), date(2031, 6, 1), date(2033, 6, 1)]
    titles = (
        "Degree and foundations",
        "Skills",
        "Networking and portfolio",
        "Certifications",
        "Entry roles",
        "Architect",
    )
    legs = [
        Leg(
            "Getting ready, a stage with a title too long for a phone",
            "done",
            date(2025, 1, 6),
            *[date(2026, 3, 1)] * 3,
            "March 2026",
        )
    ]
    start = date(2026, 3, 1)
    for number, (title, end) in enumerate(zip(titles, ends, strict=True)):
        slack = timedelta(days=60 + 60 * number)
        legs.append(
            Leg(title, "todo" if number else "doing", start, end - slack, end, end + slack, f"about {end.year}")
        )
        start = end - slack
    pause = [(date(2027, 6, 1), date(2027, 9, 30))]
    return {
        "years": timeline(legs, today=TODAY, pauses=pause),
        "one-stage": timeline(
            [Leg("Skills", "doing", TODAY, *[TODAY + timedelta(days=9)] * 3, "1 December")], today=TODAY
        ),
        "no-end": timeline(
            [Leg("Skills", "todo", TODAY, date(2030, 1, 1), None, None, "not within 50 years")], today=TODAY
        ),
    }
