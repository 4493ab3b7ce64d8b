"""Addresses as people type them: case 14 had `github.com/ravi/x` refused as evidence, by the browser itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib import admin as django_admin
from django.core.exceptions import ValidationError

from roadmap.forms import NoteForm
from roadmap.models.fields import WebURLField, WebURLFormField

TYPED = {
    "github.com/ravi/x": "https://github.com/ravi/x",
    " github.com ": "https://github.com",
    "example.org:8080/a?b#c": "https://example.org:8080/a?b#c",
    "//example.org/a": "https://example.org/a",
    "http://example.org/a": "http://example.org/a",
    "bücher.example/ä": "https://bücher.example/ä",
}


@pytest.mark.parametrize(("typed", "kept"), TYPED.items())
def test_an_address_without_a_scheme_is_meant_as_https(typed: str, kept: str) -> None:
    assert WebURLFormField().clean(typed) == kept


@pytest.mark.parametrize(
    "typed", ["javascript:1", "javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "x"]
)
def test_what_is_no_web_address_stays_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        WebURLFormField().clean(typed)


def widgets() -> Iterator[str]:
    """Yield every field for an address as its form shows it: that of a note, and those of the admin."""
    yield str(NoteForm(today=date(2026, 11, 22))["evidence_url"])
    for model, rows in django_admin.site._registry.items():
        for admin in (rows, *(inline(model, django_admin.site) for inline in rows.inlines)):
            for field in admin.model._meta.get_fields():
                if isinstance(field, WebURLField):
                    shown = admin.formfield_for_dbfield(field, None)
                    assert isinstance(shown, WebURLFormField)
                    yield shown.widget.render(field.name, "")


def test_no_browser_refuses_an_address_for_want_of_a_scheme() -> None:
    shown = list(widgets())
    assert len(shown) >= 4
    assert not [html for html in shown if 'type="url"' in html]
