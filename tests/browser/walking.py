"""Random walks of a learner through the browser, out of a seed: what is shown is what is kept, whatever happens.

Marks, ticks, hours, notes, undo, reload, two tabs, back and forward, a line that breaks and comes back. After each step
what the page shows equals what a reload would show, and the database has each change that was acknowledged once.
"""

from __future__ import annotations

import random
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from accounts.models import User
from roadmap.models import Enrolment, Event, MilestoneProgress
from tests.browser.watching import Watch

SHORT, LONG = 6, 14  # steps of a walk; the long ones are slow
SLUGS = ("one", "two", "three", "four")
HOME = "/roadmaps/trail/"
PATHS = ("/plan/", HOME, *(f"{HOME}milestones/{slug}/" for slug in SLUGS))

# What shows where somebody stands, on this page and on the one that the server would give for it now.
SHOWN = """async (anew) => {
  const fetched = anew && await (await fetch(location.href)).text();
  const page = anew ? new DOMParser().parseFromString(fetched, "text/html") : document;
  const all = (selector) => [...page.querySelectorAll(selector)];
  const words = (node) => node.textContent.replace(/\\s+/g, " ").trim();
  return [
    ...all("main [data-milestone]").map((row) => [row.dataset.milestone, row.dataset.state, row.dataset.locked]),
    ...all("[data-figure]").map((figure) => [figure.dataset.figure, figure.dataset.value]),
    ...all("button.tick").map((tick) => [tick.id, tick.value, tick.closest("li").classList.contains("step--done")]),
    ...all("[aria-pressed]").map((button) => [button.id, button.getAttribute("aria-pressed")]),
    ...all("#note .prose, #progress summary").map((text) => [words(text)]),
    ...all("[id^=way-back]").map((way) => [words(way)]),
  ].map(String).sort();
}"""
CONTROLS = """(kind) => [...document.querySelectorAll(kind)].filter((control) => control.checkVisibility())
  .map((control) => control.id)"""
KINDS = {
    "tick": "button.tick",
    "mark": "main [id^=state-], main [id^=move-]",
    "hours": "#log-hours",
    "note": "#keep-note",
    "undo": "main [id^=undo-]",
}
MOVES = ("go", "go", "reload", "back", "forward", "tab")
TROUBLES = ("offline", "lost")


class Walk:
    """One learner, two tabs, one seed."""

    def __init__(self, context: BrowserContext, user: User, seed: int, *, width: int) -> None:
        self.random, self.context = random.Random(seed), context
        self.enrolment = Enrolment.objects.get(user=user)
        self.tabs = [Watch(context.new_page()) for _ in range(2)]
        self.at = self.tabs[0]
        self.kept: dict[str, dict[str, Any]] = {}  # by change: what was acknowledged and is not taken back
        self.log: list[str] = []
        self.is_stale = False  # as a tab is that comes to the front, until it hears from the server again
        for tab in self.tabs:
            tab.goto(self.random.choice(PATHS), width=width)

    @property
    def page(self) -> Page:
        return self.at.page

    def walk(self, length: int = SHORT) -> None:
        for _ in range(length):
            verb = self.random.choices([*KINDS, *MOVES, *TROUBLES], [5, 3, 3, 2, 3, 1, 1, 1, 1, 1, 2, 1, 1])[0]
            self.log.append(verb)
            if verb in KINDS:
                self.change(verb)
            elif verb in MOVES:
                self.move(verb)
            else:
                self.trouble(verb)
            if not self.is_stale:
                self.shows_what_is_kept()
        self.has_each_change_once()

    # --- Moving about -------------------------------------------------------------------------------------------------

    def move(self, verb: str) -> None:
        if verb == "go":
            self.page.goto(self.random.choice(PATHS))
        elif verb == "reload":
            self.page.reload()
        elif verb == "tab":
            self.at = self.tabs[1 - self.tabs.index(self.at)]
            self.page.bring_to_front()
            self.page.reload()
        else:
            getattr(self.page, f"go_{verb}")()
            if self.page.url == "about:blank":
                self.page.goto("/plan/")
        self.is_stale = verb == "tab"
        self.at.settle()

    # --- Changing -----------------------------------------------------------------------------------------------------

    def change(self, verb: str, *, is_trouble: bool = False) -> str:
        """Press something of a kind; return its id, or "" where the page has none."""
        controls = self.page.evaluate(CONTROLS, KINDS[verb])
        if not controls:
            self.log.append("(none)")
            return ""
        control = self.random.choice(controls)
        self.log.append(control)
        self._fill(verb)
        before = self._events()
        self.page.evaluate("eyes.heard = []")
        self.page.locator(f"[id='{control}']").click()
        self._is_answered()
        if not is_trouble:
            self._is_saved(before, self._words())
            self.is_stale = False
        return str(control)

    def _fill(self, verb: str) -> None:
        if verb == "hours":
            self.page.locator("form:has(#log-hours) [name=hours]").fill(f"{self.random.choice([0.5, 1, 2.25])}")
        elif verb == "note":
            self.page.locator("#note [name=note]").fill(f"Note {self.random.randrange(1000)}")

    def _is_answered(self) -> None:
        assert self.at.hears("."), f"nothing was said: {self}"
        self.at.settle()

    def _words(self) -> str:
        return " ".join(self.at.heard())

    def _is_saved(self, before: int, words: str) -> None:
        """An acknowledged change has happened, once; what is said not to be saved isn't."""
        events = list(Event.objects.filter(enrolment=self.enrolment).order_by("id"))[before:]
        if "Not saved" in words:
            assert not events, f"said not to be saved: {self}"
        else:
            assert len({event.change for event in events}) <= 1, f"counted twice: {self}"
            assert events or not self.page.locator(".message--success").count(), f"acknowledged and lost: {self}"
        for event in events:
            self._remember(event)

    def _remember(self, event: Event) -> None:
        if event.kind == Event.Kind.UNDONE:
            del self.kept[event.data["change"]]
        else:
            self.kept[str(event.change)] = {"kind": event.kind, "milestone": event.milestone, "step": event.step} | (
                event.data
            )

    # --- Troubles -----------------------------------------------------------------------------------------------------

    def trouble(self, verb: str) -> None:
        """Something is pressed while the line is broken, or breaks before the answer; then it is whole again."""
        kind = self.random.choice([kind for kind in KINDS if kind != "undo"])
        before = self._events()
        self._break(verb)
        control = self.change(kind, is_trouble=True)
        words = self._words() if control else ""
        self._mend(verb)
        if not control:
            return
        assert "Not saved" in words, f"said {words!r}: {self}"
        if self.random.random() < 0.5:
            self._try_again()
        else:
            self.page.reload()
        self.is_stale = False
        self.at.settle()
        events = self._events() - before
        assert events <= 1, f"counted {events} times: {self}"
        self._is_saved(before, "")

    def _try_again(self) -> None:
        self.log.append("try again")
        self.page.evaluate("eyes.heard = []")
        self.page.get_by_role("button", name="Try again").first.click()
        self._is_answered()
        assert "Not saved" not in self._words(), f"said {self._words()!r}: {self}"

    def _break(self, verb: str) -> None:
        if verb == "offline":
            self.context.set_offline(True)
        else:
            self.page.route("**/*", _lose)

    def _mend(self, verb: str) -> None:
        if verb == "offline":
            self.context.set_offline(False)
        else:
            self.page.unroute("**/*", _lose)
        self.at.complaints.clear()

    # --- What must hold -----------------------------------------------------------------------------------------------

    def _events(self) -> int:
        return Event.objects.filter(enrolment=self.enrolment).count()

    def shows_what_is_kept(self) -> None:
        """What the page shows equals what a reload shows."""
        shown, anew = self.page.evaluate(SHOWN, False), self.page.evaluate(SHOWN, True)
        assert shown == anew, f"shows {sorted({*shown} - {*anew})}, a reload {sorted({*anew} - {*shown})}: {self}"

    def has_each_change_once(self) -> None:
        """The rows are what was acknowledged and not taken back, each once."""
        for tab in self.tabs:
            assert not tab.complaints, f"{tab.complaints}: {self}"
        rows = {row.milestone: row for row in MilestoneProgress.objects.filter(enrolment=self.enrolment)}
        for slug in SLUGS:
            row = rows.get(slug, MilestoneProgress(milestone=slug))
            wanted = self._wanted(slug)
            has = {*row.ticks}, sum(entry[2] for entry in row.logged), row.note
            assert has == wanted, f"{slug} has {has}, not {wanted}: {self}"

    def _wanted(self, slug: str) -> tuple[set[str], float, str]:
        ticks, hours, note = set[str](), 0.0, ""
        for change in self.kept.values():
            if change["milestone"] != slug:
                continue
            if change["kind"] == Event.Kind.STEP:
                (ticks.add if change["done"] else ticks.discard)(change["step"])
            elif change["kind"] == Event.Kind.HOURS:
                hours += change["hours"]
            elif change["kind"] == Event.Kind.NOTE:
                note = change["note"]
        return ticks, hours, note

    def __str__(self) -> str:
        return f"{self.page.url}, after {', '.join(self.log)}"


def _lose(route: Route) -> None:
    """Let the server act, and cut the line before its answer."""
    if route.request.method != "POST":
        return route.fallback()
    route.fetch(max_redirects=0)
    return route.abort("connectionreset")
