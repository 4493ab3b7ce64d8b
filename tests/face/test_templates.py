"""What holds for every template: nothing inline, forms that assistive technology understands, lasting error pages."""

import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

INLINE = re.compile(
    r"<style|<script(?![^>]*(\bsrc=|type=\"application/json\"))|\sstyle=|\son\w+=|\shx-on", re.IGNORECASE
)
ERRORS = ("400", "403", "403_csrf", "404", "429", "500")


class Switch(forms.CheckboxInput):
    """A lone checkbox by another name is still one."""


class Question(forms.Form):
    hours = forms.DecimalField(label="Hours a week", min_value=0.5, help_text="Lectures do not count.")
    degree = forms.ChoiceField(widget=forms.RadioSelect, choices=[("none", "None yet"), ("ba", "Bachelor's")])
    digest = forms.BooleanField(required=False, label="Send me the digest", widget=Switch)


def pages(repository: Path) -> list[Path]:
    """Return the templates of pages; mails live by other rules (no client reads a stylesheet)."""
    folder = repository / "templates"
    return [path for path in folder.rglob("*.html") if "emails" not in path.parts]


def test_no_page_has_inline_style_or_script(repository: Path):
    found = {path.name: match.group() for path in pages(repository) if (match := INLINE.search(path.read_text()))}
    assert not found


@pytest.mark.parametrize("bad", ["<p style='x'>", "<style>", "<script>", '<a onclick="x">', '<a hx-on:click="x">'])
def test_inline_code_would_be_found(bad: str):
    assert INLINE.search(bad)


def test_a_form_links_hint_and_error_to_its_control():
    html = str(Question({"hours": "0"}))
    assert '<label for="id_hours">Hours a week' in html
    assert 'aria-describedby="id_hours_helptext id_hours_error"' in html
    assert 'id="id_hours_helptext"' in html
    assert 'id="id_hours_error"' in html
    assert 'aria-invalid="true"' in html


def test_several_controls_stand_in_a_fieldset_and_a_lone_box_before_its_label():
    html = str(Question())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Degree", html)
    assert re.search(r'type="checkbox"[^>]*>\s*<label for="id_digest">', html)


@pytest.mark.parametrize("code", ERRORS)
def test_error_pages_need_no_context(code: str):
    html = render_to_string(f"{code}.html")
    assert html.startswith("<!doctype html>")
    assert "<h1>" in html
    assert "{" not in html


def test_a_missing_page_is_answered_in_our_voice(client: Client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "No waymark here" in answer.content.decode()


def test_an_undo_message_carries_its_form():
    request = RequestFactory().get("/")
    message = Message(25, "Done: Linear algebra.", extra_tags="undo:/roadmaps/ml-architect/undo/")
    html = render_to_string("_messages.html", {"messages": [message], "oob": True}, request)
    assert 'action="/roadmaps/ml-architect/undo/"' in html
    assert "csrfmiddlewaretoken" in html
    assert 'hx-swap-oob="innerHTML"' in html
    assert not list(get_messages(request))


@pytest.mark.parametrize(
    ("state", "locked", "word"),
    [
        ("todo", False, "To do"),
        ("todo", True, "Locked"),
        ("doing", True, "In progress"),
        ("done", False, "Done"),
        ("known", False, "Known already"),
        ("skipped", False, "Skipped"),
    ],
)
def test_every_state_has_a_word(state: str, locked: bool, word: str):
    assert f">{word}<" in render_to_string("_mark.html", {"state": state, "locked": locked})


BREAKS = re.compile(r"\}\}(?:</\w+>)? (?:h|%)(?![\w-])")


def test_no_figure_stands_on_another_line_than_its_unit(repository: Path):
    """Case 30: "55.0 %" and "40 h" broke between the two."""
    found = [f"{path.name}: {line}" for path in pages(repository) for line in BREAKS.findall(path.read_text())]
    assert not found


@pytest.mark.parametrize("bad", ["{{ x|hours }} h left", "{{ x }}</span> h,", "{{ percent }} %."])
def test_a_figure_apart_from_its_unit_would_be_found(bad: str):
    assert BREAKS.search(bad)
