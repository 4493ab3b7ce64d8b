"""The eyes of the browser tests: what a person sees, feels and hears of a change, whatever the change is.

Every test of a change goes through `Watch`, which always asks the same (cases 1, 2 and 29): Did the control stay under
the finger? Where is the focus? What did the status region say? Did the console complain? And with JavaScript off: did
the same happen?
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.sync_api import Error, Locator, Page

PATIENCE = 6_000  # milliseconds until something has been said; the machine may be busy
STEADY = 2  # pixels, for rounding

# Runs before the page's own scripts. `heard` is what a screen reader would read: what a live region that was there
# already says anew, a new alert, and what the status region holds when a page has come.
EYES = """(() => {
  const REGION = "[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]";
  const eyes = window.eyes = {heard: [], violations: []};
  const hear = (region) => {
    const words = (region.innerText ?? "").replace(/\\s+/g, " ").trim();
    if (words) eyes.heard.push(words);
  };
  const look = (records) => {
    const regions = new Set();
    for (const {target, addedNodes} of records) {
      const region = (target.closest ? target : target.parentElement)?.closest(REGION);
      if (region) regions.add(region);
      for (const node of addedNodes) {
        if (node.matches?.("[role=alert]")) regions.add(node);
        node.querySelectorAll?.("[role=alert]").forEach((alert) => regions.add(alert));
      }
    }
    regions.forEach(hear);
  };
  document.addEventListener("securitypolicyviolation", (event) => eyes.violations.push(event.violatedDirective));
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[role=status]").forEach(hear));
  new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
})()"""

# The name is the author's or, for what one operates or reads, the content's; a region full of text has none by that.
NAME = """(element) => {
  const own = element.ariaLabel || (element.getAttribute("aria-labelledby") ?? "").split(/\\s+/)
    .map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
  const labels = [...(element.labels ?? [])].map((label) => label.innerText).join(" ");
  const content = element.matches("a, button, summary, h1, h2, h3, h4, p, [role=button]") ? element.innerText : "";
  return (own.trim() || labels || content || element.title || "").replace(/\\s+/g, " ").trim();
}"""
STAND = """(selector) => {
  const control = document.querySelector(selector);
  const {scrollTop, scrollHeight, clientHeight} = document.documentElement;
  return {there: !!control?.checkVisibility(), top: control?.getBoundingClientRect().top ?? 0, scroll: scrollTop,
    height: scrollHeight, farthest: scrollHeight - clientHeight};
}"""
FOCUS = f"""(selector) => {{
  const element = document.activeElement;
  return {{tag: element.tagName, id: element.id, name: ({NAME})(element), fits: element.matches(selector)}};
}}"""
SETTLED = """() => document.readyState === "complete"
  && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, [aria-busy=true]")"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Change:
    """Something that a person changes: what is filled in and pressed where, and what they are told.

    Selectors are CSS (the control's may also be `role=…`); of several matches the first is meant. `successor` has the
    focus where the control goes, `shows` is what comes into sight in its place; `leaves` when another page comes;
    `stores` when it is kept.
    """

    name: str
    control: str
    says: str
    fill: Mapping[str, str] = field(default_factory=dict)
    check: str = ""
    opens: str = ""
    successor: str = ""
    shows: str = ""
    leaves: bool = False
    stores: bool = True

    def prepare(self, page: Page) -> None:
        """Do what comes before the press."""
        if self.opens:
            page.eval_on_selector(self.opens, "details => { details.open = true; }")
        for selector, value in self.fill.items():
            target = page.locator(selector).first
            if target.evaluate("element => element.tagName") == "SELECT":
                target.select_option(value)
            else:
                target.fill(value)
        if self.check:
            page.locator(self.check).first.check()


def name_control(page: Page, selector: str) -> tuple[Locator, str]:
    """Return the control and a selector of CSS that finds it again after the change, if it is still there."""
    control = page.locator(selector).first
    if name := control.get_attribute("id"):
        return control, f"[id='{name}']"
    if selector.startswith("role="):
        control.evaluate("element => { element.dataset.watched = true; }")
        return control, "[data-watched]"
    return control, selector


class Watch:
    """A page under watch; `fails` collects in words what was not as it should be."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fails: list[str] = []
        self.complaints: list[str] = []
        page.add_init_script(EYES)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    def goto(self, path: str, *, width: int = 0) -> None:
        if width:
            self.page.set_viewport_size({"width": width, "height": 600})
        self.page.goto(path)

    def heard(self) -> list[str]:
        words: list[str] = self.page.evaluate("eyes.heard")
        return words

    def hears(self, words: str) -> bool:
        """Wait until something that matches was said."""
        wanted = "words => window.eyes?.heard.some((heard) => new RegExp(words, 'i').test(heard))"
        try:
            self.page.wait_for_function(wanted, arg=words, timeout=PATIENCE)
        except Error:
            return False
        return True

    def settle(self) -> None:
        self.page.wait_for_function(SETTLED, timeout=PATIENCE)
        self.page.evaluate(FRAMES)

    def press(self, change: Change) -> str:
        """Bring the control to the middle of the screen and press it; return how to find it again."""
        change.prepare(self.page)
        control, selector = name_control(self.page, change.control)
        control.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
        self.page.evaluate("eyes.heard = []")
        self._before = self.page.evaluate(STAND, selector)
        control.click()
        return selector

    def change(self, change: Change) -> list[str]:
        """Make a change and look; return what was not as it should be."""
        self.fails = []
        selector = self.press(change)
        if not self.hears(change.says):
            self._fail(change, f"said {self.heard()}, not {change.says!r}")
        self.settle()
        if change.shows:
            self._look_at_sight(change)
        elif not change.leaves:
            self._look_at_scroll(change, selector)
        if not change.leaves:
            self._look_at_focus(change, selector)
        self._look_at_console(change)
        return self.fails

    def _look_at_scroll(self, change: Change, selector: str) -> None:
        """The page scrolls by what grew above the control, no more, so that the control stays under the finger."""
        was, now = self._before, self.page.evaluate(STAND, selector)
        if now["there"]:
            grown = now["top"] + now["scroll"] - was["top"] - was["scroll"]
            wanted = min(max(was["scroll"] + grown, 0), max(now["farthest"], 0))
            if abs(now["scroll"] - wanted) > STEADY:
                self._fail(change, f"the control went from {was['top']:.0f} to {now['top']:.0f} px on the screen")
        else:
            moved, grown = now["scroll"] - was["scroll"], abs(now["height"] - was["height"])
            if abs(moved) > grown + STEADY:
                self._fail(change, f"scrolled by {moved:.0f} px where {grown:.0f} px changed")

    def _look_at_sight(self, change: Change) -> None:
        shown = self._stand_of(change.shows)
        if not 0 <= shown["top"] < (self.page.viewport_size or {})["height"]:
            self._fail(change, f"{change.shows} is out of sight, at {shown['top']:.0f} px")

    def _look_at_focus(self, change: Change, selector: str) -> None:
        """On the control, or on the successor that has a name."""
        there = self._stand_of(selector)["there"]
        wanted = change.successor or (selector if there else "*")
        has: dict[str, Any] = self.page.evaluate(FOCUS, wanted)
        if has["tag"] in {"BODY", "HTML", "MAIN"} or not has["name"] or not has["fits"]:
            self._fail(change, f"the focus is on {has['tag'].lower()}#{has['id']} “{has['name']}”, not on {wanted}")

    def _look_at_console(self, change: Change) -> None:
        violations = self.page.evaluate("eyes.violations")
        for complaint in (*self.complaints, *violations):
            self._fail(change, f"console: {complaint}")
        self.complaints.clear()
        self.page.evaluate("eyes.violations = []")

    def _stand_of(self, selector: str) -> dict[str, Any]:
        stand: dict[str, Any] = self.page.evaluate(STAND, selector)
        return stand

    def _fail(self, change: Change, what: str) -> None:
        width = (self.page.viewport_size or {}).get("width")
        self.fails.append(f"{change.name} at {width} px: {what}")


def change_plainly(page: Page, change: Change) -> list[str]:
    """Make the same change with JavaScript off; return what was not as it should be."""
    if change.opens:
        page.locator(f"{change.opens} > summary").first.click()
    replace(change, opens="").prepare(page)
    with page.expect_navigation():
        page.locator(change.control).first.click()
    if not change.stores:
        return []  # the page was loaded anew, and read from its title on
    words = " ".join(page.locator("[role=status], [role=alert]").all_inner_texts())
    if not re.search(change.says, words, re.IGNORECASE):
        return [f"{change.name} without JavaScript: said {words!r}, not {change.says!r}"]
    return []
