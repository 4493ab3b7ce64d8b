"""Time zones that a person may choose: an allow-list, since `zoneinfo` also opens `localtime` or a path.

Names come from the `tzdata` package, so every machine offers the same ones.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

# What a system's database holds besides the zones of the world.
NOT_A_PLACE = frozenset({"localtime", "Factory", "posixrules"})
NOT_AN_AREA = frozenset({"posix", "right", "SystemV"})

Grouped = list[tuple[str, list[tuple[str, str]]]]


@cache
def allowed() -> frozenset[str]:
    """Every accepted name: all that a browser may propose, old spellings such as `Asia/Calcutta` included."""
    return frozenset(
        name for name in available_timezones() if name not in NOT_A_PLACE and name.partition("/")[0] not in NOT_AN_AREA
    )


@lru_cache(maxsize=1_024)
def zone(name: str) -> ZoneInfo:
    """Return the zone called `name`; UTC for one that has left the database since it was chosen.

    Kept, since `zoneinfo` itself holds on to eight only and reads the others from files again and again.
    """
    return ZoneInfo(name) if name in allowed() else ZoneInfo("UTC")


@cache
def offered() -> Grouped:
    """Return the zones of today's countries by area, as choices for a select: about 420 instead of 600 spellings."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    names = sorted(line.split("\t")[2] for line in table.splitlines() if not line.startswith("#"))
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        area, _, place = name.partition("/")
        areas.setdefault(area, []).append((name, place.replace("_", " ").replace("/", " / ")))
    return [*areas.items(), ("Elsewhere", [("UTC", "UTC")])]


def offered_with(name: str) -> Grouped:
    """Return `offered()`, with the accepted zone `name` added where it is an older spelling."""
    listed = {value for _, places in offered() for value, _ in places}
    if name in listed or name not in allowed():
        return offered()
    return [("Your choice so far", [(name, name.replace("_", " "))]), *offered()]
