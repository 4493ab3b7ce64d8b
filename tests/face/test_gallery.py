"""Every component, looked at in a browser: axe finds nothing, and a phone never scrolls sideways."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Page

from tests.axe import SHAPE, Look, complaints
from tests.chromium import FONTS
from tests.roadmap.charts.samples import burn_ups, timelines

pytestmark = pytest.mark.browser

LOOKS = {
    "wide": (Look(1280, "light"), Look(1280, "dark"), Look(390, "dark"), Look(390, "light")),
    "narrow": (Look(1280, "light", SHAPE), Look(390, "light", SHAPE)),
}
# Case 30: "%" on a line of its own below "100.0", a message's icon on a line of its own above its words.
APART = """() => {
    const box = (element) => element.getBoundingClientRect();
    const values = [...document.querySelectorAll(".figure__value")].filter(
        (e) => box(e).height > 1.5 * parseFloat(getComputedStyle(e).lineHeight) || e.scrollWidth > e.clientWidth + 1);
    const icons = [...document.querySelectorAll(".message > svg")].filter(
        (e) => box(e).bottom <= box(e.parentElement.querySelector("p")).top);
    return [...values, ...icons].map((e) => e.parentElement.outerHTML.slice(0, 200));
}"""
STATES = ("done", "known", "doing", "todo", "skipped")
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


class Question(forms.Form):
    """One field of each kind that our pages have."""

    title = forms.CharField(help_text="What others call it.", max_length=20)
    mail = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    hours = forms.DecimalField(label="Hours a week", help_text="Lectures do not count.", min_value=0.5)
    day = forms.ChoiceField(choices=[("0", "Monday"), ("1", "Tuesday")])
    target = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    degree = forms.ChoiceField(widget=forms.RadioSelect, choices=[("none", "None yet"), ("ba", "Bachelor's")])
    known = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, choices=[("a", "Linear algebra"), ("b", "Statistics")]
    )
    digest = forms.BooleanField(required=False, label="Send me the digest", help_text="At most one a week.")
    note = forms.CharField(required=False, widget=forms.Textarea)


def gallery() -> str:
    """Return the page of all components as HTML."""
    wrong = Question({"title": "x" * 40, "mail": "nobody", "hours": "0", "day": "9"}, prefix="wrong")
    wrong.add_error(None, "Nothing is saved yet: please look at the marked fields.")
    milestones = [{"slug": state, "title": f"A milestone that is {state}", "state": state} for state in STATES]
    milestones.append({"slug": "locked", "title": LONG, "state": "todo", "locked": True})
    messages = [
        SimpleNamespace(level_tag="success", extra_tags="undo:/roadmaps/ml-architect/undo/"),
        SimpleNamespace(level_tag="error", extra_tags=""),
    ]
    template = engines["django"].from_string(Path(__file__).with_name("gallery.html").read_text())
    context = {
        "user": SimpleNamespace(is_authenticated=True, is_staff=True),
        "messages": messages,
        "milestones": milestones,
        "steps": ["Read the job outlook", LONG, "Shortlist five departments"],
        "degrees": ["None yet", "Studying now", "Bachelor's", "Master's"],
        "form": Question(),
        "wrong": wrong,
        "burn_ups": burn_ups(),
        "timelines": timelines(),
    }
    return template.render(context, RequestFactory().get("/plan/"))


@pytest.fixture
def opened(page: Page) -> Page:
    """The gallery, open; its stylesheet comes from the live site."""
    page.route("**/gallery/", lambda route: route.fulfill(body=gallery(), content_type="text/html"))
    page.goto("/gallery/")
    return page


@pytest.mark.parametrize("fonts", FONTS)
def test_components_hold_at_every_width_and_in_both_themes(opened: Page, fonts: str) -> None:
    for look in LOOKS[fonts]:
        assert complaints(opened, look) == []
        too_wide = opened.evaluate(
            """[...document.querySelectorAll("main *, header *, footer *")].filter(
                   (e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".table-wrap, .visually-hidden")
               ).map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert too_wide == [], look
        small = opened.evaluate(
            """[...document.querySelectorAll("button, summary, select, input:not([type=hidden])")]
               .filter((e) => e.getBoundingClientRect().height < 21).map((e) => e.outerHTML)"""
        )
        assert small == [], look
        assert opened.evaluate(APART) == [], look


def test_a_region_that_scrolls_out_of_reach_of_the_keyboard_would_be_found(opened: Page) -> None:
    opened.evaluate("document.querySelector('.table-wrap').removeAttribute('tabindex')")
    assert any("scrolls, but is not" in complaint for complaint in complaints(opened, Look(1280, "light", SHAPE)))


def test_a_label_that_is_missing_would_be_found(opened: Page) -> None:
    opened.evaluate("document.querySelector('label[for=id_title]').remove()")
    assert any(" label: " in complaint for complaint in complaints(opened, Look(1280, "light")))
