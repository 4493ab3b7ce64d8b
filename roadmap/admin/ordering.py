"""Order in lists: dragged, moved by a button, or put at a numbered place; always within one roadmap.

The package that draws the handles sends the rows that it saw with numbers of its own. Only their order is taken from
it: the rows are dealt out anew over the places that they held, so that what a filter hid stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adminsortable2.admin import CustomInlineFormSet
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property


def arrange(rows: QuerySet[Any], pks: Iterable[int]) -> int:
    """Put the rows `pks` into this order, in the places that they hold among `rows`; return how many moved."""
    current = _in_order(rows)
    known = set(current)
    wanted = [pk for pk in dict.fromkeys(pks) if pk in known]
    moving, queue = set(wanted), iter(wanted)
    return _number(rows, [next(queue) if pk in moving else pk for pk in current])


def is_as_seen(rows: QuerySet[Any], pks: Iterable[int], seen: Sequence[int]) -> bool:
    """Tell whether the stretch of the list `seen` that holds the rows `pks` is still in that order.

    Rows that came since, or that a filter hid, stand between without harm.
    """
    current, moving, shown = _in_order(rows), set(pks), set(seen)
    known = set(current)
    before = [pk for pk in seen if pk in known]
    now = [pk for pk in current if pk in shown]
    places = [place for place, pk in enumerate(before) if pk in moving]
    if not places:
        return True
    stretch = before[places[0] : places[-1] + 1]
    at = now.index(stretch[0])
    return now[at : at + len(stretch)] == stretch


def place(rows: QuerySet[Any], pk: int, *, among: QuerySet[Any], index: int) -> int:
    """Put one row at `index` (from 0) of its neighbours `among`; return how many rows moved."""
    current = [other for other in _in_order(rows) if other != pk]
    neighbours = [other for other in _in_order(among) if other != pk]
    if index < len(neighbours):
        at = current.index(neighbours[index])
    else:
        at = current.index(neighbours[-1]) + 1 if neighbours else len(current)
    return _number(rows, [*current[:at], pk, *current[at:]])


def _in_order(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("position", "pk").values_list("pk", flat=True))


def _number(rows: QuerySet[Any], pks: Sequence[int]) -> int:
    found = rows.only("pk", "position").in_bulk(pks)
    moved = []
    for position, pk in enumerate(pks, start=1):
        if found[pk].position != position:
            found[pk].position = position
            moved.append(found[pk])
    return rows.model._default_manager.bulk_update(moved, ["position"]) if moved else 0


class OneEmptyRow:
    """Lays out the empty row once; a page asks for it several times, and Django would lay out another each time."""

    @cached_property
    def empty_form(self) -> Any:
        return super().empty_form  # type: ignore[misc] # a mixin


class RowNumberField(forms.IntegerField):
    """The place of a row, from 1. Empty is not placed, and so is 0, which forms of the release before post for it."""

    widget = forms.NumberInput(attrs={"class": "_reorder_", "min": 1, "aria-label": "Order"})

    def to_python(self, value: Any) -> int | None:
        return super().to_python(value) or None


class OrderedFormSet(OneEmptyRow, CustomInlineFormSet):
    """Rows of one parent, ordered by a number that dragging fills in and that can be typed; nothing twice."""

    distinct: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = self.model._meta.get_field("position").formfield().max_value
        self.form.base_fields["position"] = RowNumberField(label="Order", required=False, min_value=1, max_value=most)

    @property
    def kept(self) -> list[forms.ModelForm[Any]]:
        """The valid rows that will exist after saving."""
        deleted = set(map(id, self.deleted_forms)) if self.can_delete else set()
        return [
            form
            for form in self.forms
            if id(form) not in deleted and hasattr(form, "cleaned_data") and (form.instance.pk or form.has_changed())
        ]

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.kept:
            if form.cleaned_data.get("position") is None:
                form.instance.position = form.initial.get("position") or 0
            if not self.distinct or not (value := form.cleaned_data.get(self.distinct)):
                continue
            if value in seen:
                form.add_error(self.distinct, ValidationError("This is in the list already.", code="twice"))
            seen.add(value)

    def save(self, commit: bool = True) -> Any:
        """Save the rows and number them from 1: a typed number wins over the row that held it before."""
        saved = super().save(commit)
        if commit:
            ordered = sorted((form for form in self.kept if form.instance.pk), key=self._rank)
            _number(
                self.model._default_manager.filter(**{self.fk.name: self.instance}),
                [form.instance.pk for form in ordered],
            )
        return saved

    @staticmethod
    def _rank(form: forms.ModelForm[Any]) -> tuple[float, int]:
        typed, before = form.cleaned_data.get("position"), form.initial.get("position")
        if typed is None:
            return (before if before is not None else float("inf"), 0)
        if typed == before:
            return (typed, 0)
        return (typed, 1 if before is not None and typed > before else -1)
