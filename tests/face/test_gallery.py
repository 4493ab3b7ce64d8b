"""Every component, looked at in a browser: axe finds nothing, and a phone never scrolls sideways."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Browser, Page

from tests.roadmap.charts.samples import burn_ups, timelines

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
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


@pytest.fixture(params=[(width, theme) for width in WIDTHS for theme in THEMES], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, live_server) -> Iterator[Page]:
    """The gallery, open at one width in one theme; its stylesheet comes from the live site."""
    width, theme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.route("**/gallery/", lambda route: route.fulfill(body=gallery(), content_type="text/html"))
    page.goto(f"{live_server.url}/gallery/")
    yield page
    context.close()


def test_components_hold_at_every_width_and_in_both_themes(page: Page):
    too_wide = page.evaluate(
        """[...document.querySelectorAll("main *, header *, footer *")]
           .filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".table-wrap, .visually-hidden"))
           .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert not too_wide
    assert not [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(page).response["violations"]]
    small = page.evaluate(
        """[...document.querySelectorAll("button, summary, select, input:not([type=hidden])")]
           .filter((e) => e.getBoundingClientRect().height < 21).map((e) => e.outerHTML)"""
    )
    assert not small


@pytest.mark.parametrize("page", [(1280, "light")], indirect=True)
def test_a_label_that_is_missing_would_be_found(page: Page):
    page.evaluate("document.querySelector('label[for=id_title]').remove()")
    assert "label" in {violation["id"] for violation in Axe().run(page).response["violations"]}
