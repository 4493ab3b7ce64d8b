"""Every way in which a change can fail between the press and the answer, and what a person must see of it (case 2).

`Failure` does it to the next post of a page, on the way to the real server or back. Where the server has such an answer
of its own, the request is spoiled and the real answer comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Route

from accounts.models import User
from tests.browser.people import rows_of
from tests.browser.watching import Change, Watch

NOT_SAVED = "Not saved"
AGAIN = "said already|taken back already|nothing left to undo"  # what the server answers where it has acted before
PROXY = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"

# All that shows where somebody stands, wherever it is on the page.
LOOK = """() => [
  ...[...document.querySelectorAll("main [data-state]")].map((row) => [row.dataset.milestone, row.dataset.state]),
  ...[...document.querySelectorAll("[data-figure]")].map((figure) => [figure.dataset.figure, figure.dataset.value]),
  ...[...document.querySelectorAll("button.tick")].map((tick) => [tick.id, tick.value, tick.closest("li").className]),
  ...[...document.querySelectorAll("[aria-pressed]")].map((button) => [button.id, button.ariaPressed]),
  ...[...document.querySelectorAll("[aria-busy=true]")].map((part) => [part.id || part.tagName, "busy"]),
].map(String)"""
IN_SIGHT = """(words) => [...document.querySelectorAll("[role=status], [role=alert]")].some((region) => {
  const {top, bottom, height} = region.getBoundingClientRect();
  return region.innerText.includes(words) && height > 0 && top < innerHeight && bottom > 0;
})"""


@dataclass(frozen=True)
class Failure:
    """What happens to a post. `acted`: the server did what was asked, and nobody learns of it."""

    name: str
    strike: Callable[[Route], None]
    says: str = NOT_SAVED
    acted: bool = False


def answered(status: int, body: str = "<h1>Something went wrong</h1>") -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, content_type="text/html")


def _lost(route: Route) -> None:
    """Let the server act, and cut the line before its answer."""
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def _nowhere(route: Route) -> None:
    """The address is gone: the server's own 404."""
    route.continue_(url=route.request.url.split("?")[0] + "gone/")


def _spoiled(route: Route) -> None:
    """Values that no form sends: the server's own 422, where it has one."""
    body = re.sub(
        r"\b(done|state|hours|milestone|digest_weekday|until|known|edition)=[^&]*", r"\1=nonsense", _body(route)
    )
    route.continue_(post_data=body)


def _body(route: Route) -> str:
    return route.request.post_data or ""


LOST = Failure("an answer that is lost", _lost, acted=True)
FAILURES = (
    Failure("403", answered(403)),
    Failure("404", _nowhere),
    Failure("409", answered(409)),
    Failure("422", answered(422)),
    Failure("429", answered(429)),
    Failure("500", answered(500)),
    Failure("502 from a proxy", answered(502, PROXY)),
    Failure("no network", lambda route: route.abort("internetdisconnected")),
    LOST,
)


class Failing:
    """Makes a change fail, looks, and sends it again."""

    def __init__(self, watch: Watch, user: User) -> None:
        self.watch, self.page, self.user = watch, watch.page, user
        self.fails: list[str] = []

    def goes_wrong(self, change: Change, failure: Failure, *, events: int | None = 1) -> list[str]:
        """Return what wasn't as it should be. `events`: how many the change appends; None where it is no progress."""
        self.fails, where = [], f"{change.name}, {failure.name}"
        rows, looks = rows_of(self.user), self.page.evaluate(LOOK)
        selector = self._strike(change, failure)
        self._look(change, failure, where, rows, looks)
        self._send_again(change, selector, where, acted=failure.acted)
        self._count(rows, where, events)
        return self.fails

    def _strike(self, change: Change, failure: Failure) -> str:
        def once(route: Route) -> None:
            if route.request.method != "POST":
                return route.fallback()
            return failure.strike(route)

        self.page.route("**/*", once)
        selector = self.watch.press(change)
        self._is(
            self.watch.hears(failure.says), f"{change.name}, {failure.name}: said {self._heard()}, not {failure.says}"
        )
        self.page.unroute("**/*", once)
        self.watch.complaints.clear()  # a browser writes every failed request into its console
        return selector

    def _look(self, change: Change, failure: Failure, where: str, rows: dict[str, Any], looks: list[str]) -> None:
        """In words beside the thumb, with a way out; the page as before; what was typed still there."""
        self._is(self.page.evaluate(IN_SIGHT, failure.says), f"{where}: the words are out of sight")
        ways = self.page.get_by_role("button", name=re.compile("^(Reload|Try again)")).or_(
            self.page.get_by_role("link", name=re.compile("^(Reload|Try again)"))
        )
        self._is(any(way.is_visible() for way in ways.all()), f"{where}: neither Reload nor Try again is offered")
        self._is(self.page.locator(".message--success").count() == 0, f"{where}: an older success still stands")
        shown = self.page.evaluate(LOOK)
        self._is(shown == looks, f"{where}: shows {sorted({*shown} ^ {*looks})[:4]} other than before")
        for field, value in change.fill.items():
            kept = self.page.locator(field).first.input_value()
            self._is(kept == value, f"{where}: {kept!r} is left of {value!r}")
        if change.check:
            self._is(self.page.locator(change.check).first.is_checked(), f"{where}: what was chosen is gone")
        if not failure.acted:
            self._is(rows_of(self.user) == rows, f"{where}: something was stored")

    def _send_again(self, change: Change, selector: str, where: str, *, acted: bool) -> None:
        self.page.evaluate("eyes.heard = []")
        self.page.locator(selector).first.click()
        says = f"{change.says}|{AGAIN}" if acted else change.says
        self._is(self.watch.hears(says), f"{where}, sent again: said {self._heard()}, not {says!r}")
        self.watch.settle()
        left = self.page.locator("[role=status], [role=alert]").get_by_text(NOT_SAVED).count()
        self._is(left == 0, f"{where}: an older failure still stands")

    def _count(self, rows: dict[str, Any], where: str, events: int | None) -> None:
        now = rows_of(self.user)
        if events is None:
            self._is(now != rows, f"{where}, sent again: nothing was stored")
        else:
            more = len(now["events"]) - len(rows["events"])
            self._is(more == events, f"{where}, sent again: {more} events, not {events}")

    def _heard(self) -> list[str]:
        return self.watch.heard()

    def _is(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.fails.append(otherwise)
