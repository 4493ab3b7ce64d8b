"""What a machine can say about a page: axe's rules, and whether anything makes it scroll sideways."""

from __future__ import annotations

from typing import Literal, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


class Look(NamedTuple):
    """A way to look at a page; `rules` are those of axe, all of them where none is named."""

    width: int
    scheme: Literal["light", "dark"]
    rules: tuple[str, ...] = ()


COLOUR = ("color-contrast", "link-in-text-block")
SHAPE = ("scrollable-region-focusable", "target-size")  # what a typeface decides

# Axe parses the colours of all that lies beneath each text again and again, for a third of its time.
REMEMBER_COLOURS = """() => {
    const {prototype} = axe.commons.color.Color, parse = prototype.parseString, known = new Map();
    prototype.parseString = function (text) {
        if (!known.has(text)) {
            const {r, g, b, alpha} = parse.call(this, text);
            known.set(text, {r, g, b, alpha});
        }
        return Object.assign(this, known.get(text));
    };
}"""
# Preloading fetches each @import in vain, relative to the page; the one rule that is run and preloads wants media only.
# What may scroll does so with another typeface or a longer word, so it is reached and named in any case.
LOOK_CLOSELY = """async ([width, scheme, rules]) => {
    const mayScroll = (element) => {
        const {overflowX, overflowY} = getComputedStyle(element);
        return /auto|scroll/.test(overflowX + overflowY) && !element.matches("textarea, select, input, iframe");
    };
    const isReached = (element) => element.matches("[role=region][tabindex='0']:is([aria-label], [aria-labelledby])");
    const unreached = [...document.body.querySelectorAll("*")].filter((e) => mayScroll(e) && !isReached(e));
    if (innerWidth !== width || !matchMedia(`(prefers-color-scheme: ${scheme})`).matches) throw Error("not looked at");
    const options = {resultTypes: ["violations"], preload: {assets: ["media"]}};
    const {violations} = await axe.run(rules.length ? {...options, runOnly: rules} : options);
    const found = violations.map(({id, help, nodes}) => `${id}: ${help} (${nodes.slice(0, 3).map((n) => n.html)})`);
    found.push(...unreached.map((e) => `scrolls, but is not named or not in reach: ${e.outerHTML.slice(0, 120)}`));
    const needed = document.documentElement.scrollWidth;
    return needed > width ? [`${needed} px wide`, ...found] : found;
}"""


def complaints(page: Page, *looks: Look) -> list[str]:
    """Return what is wrong with the open page, in words. It is loaded once, however often it is looked at."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(REMEMBER_COLOURS)
    found = []
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")  # what is fading in has no contrast yet
        found += [f"{page.url} {look.width}-{look.scheme} {line}" for line in page.evaluate(LOOK_CLOSELY, look)]
    return found
