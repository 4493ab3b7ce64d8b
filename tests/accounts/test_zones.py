"""Which time zones there are."""

from __future__ import annotations

import pytest

from accounts import zones


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "UTC", "Etc/UTC"])
def test_what_browsers_say_is_allowed(name: str) -> None:
    assert name in zones.allowed()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localtime",
        "Factory",
        "posixrules",
        "posix/UTC",
        "right/UTC",
        "../../etc/passwd",
        "/etc/passwd",
        "x" * 5000,
        "europe/berlin",
    ],
)
def test_what_is_no_zone_of_the_world_is_not(name: str) -> None:
    assert name not in zones.allowed()
    assert str(zones.zone(name)) == "UTC"


def test_everything_offered_is_allowed_and_stands_once() -> None:
    names = [name for _, places in zones.offered() for name, _ in places]
    assert len(names) == len(set(names)) > 400
    assert set(names) <= zones.allowed()


def test_a_choice_that_is_no_longer_offered_is_kept() -> None:
    assert zones.offered_with("Asia/Calcutta")[0][1] == [("Asia/Calcutta", "Asia/Calcutta")]
    assert zones.offered_with("Europe/Berlin") == zones.offered_with("nonsense") == zones.offered()
