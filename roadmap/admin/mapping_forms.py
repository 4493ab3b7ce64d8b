"""The forms behind “Split into…”, “Merge into…”, “Replace with…”, “Retire…” and “Bring back…”."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from roadmap.document import Document, Finding, broken_rules, brought_back, replaced
from roadmap.document.format import MAX_MILESTONES

from .forms import clean_values, fresh_slug, not_in_future

_SEVERAL = "Hold Ctrl (on a Mac: ⌘) to take several."


@dataclass(frozen=True)
class Wish:
    """What a form asks for: `old` retire for `into`, which exist, and `new`, slug to title."""

    old: tuple[str, ...]
    into: tuple[str, ...] = ()
    new: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.into, *(slug for slug, _ in self.new))


class MappingForm(forms.Form):
    """Subclasses say what retires for what. `after` is the draft as it would be, once the form is valid.

    `draft_version` is the state of the draft that the page showed, `shown` the wish whose consequences it showed.
    """

    draft_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    explains_itself = False  # nothing is to be chosen, so that the consequences are on the page from the start

    def __init__(self, *args: Any, slug: str, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug, self.document = slug, document
        self.wish = Wish((slug,))
        self.after: Document | None = None

    @property
    def digest(self) -> str:
        """What `shown` is compared with."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name not in ("shown", "draft_version")}
        return hashlib.sha256(repr((self.wish, chosen)).encode()).hexdigest()

    @property
    def is_confirmed(self) -> bool:
        """Whether the page that was posted showed what this would do."""
        return self.explains_itself or self.cleaned_data["shown"] == self.digest

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        clean_values(self)
        if not self.errors:
            self.wish = self.wished(cleaned)
        if not self.errors:
            after = self.applied(cleaned)
            broken = newly_broken(self.document, after)
            for finding in broken:
                self.add_error(None, f"This cannot be: {finding.message}")
            self.after = None if broken else after
        return cleaned

    def wished(self, cleaned: dict[str, Any]) -> Wish:
        """Return what is asked for, or add errors."""
        return self.wish

    def applied(self, cleaned: dict[str, Any]) -> Document:
        """Return the draft as it would be; each action says so for itself."""
        raise NotImplementedError


class RetiringForm(MappingForm):
    """What has in common that milestones leave the road."""

    retired_on = forms.DateField(label="Retired on", help_text="Learners meet it with the next edition.")
    rewire = forms.BooleanField(
        label="Prerequisites follow",
        required=False,
        initial=True,
        help_text="What waited for it waits for what takes its place instead, which waits for what came before it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("retired_on", timezone.localdate())

    def clean_retired_on(self) -> datetime.date | None:
        return not_in_future(self.cleaned_data["retired_on"])

    def applied(self, cleaned: dict[str, Any]) -> Document:
        wish = self.wish
        return replaced(
            self.document, wish.old, wish.into, new=dict(wish.new), on=cleaned["retired_on"], rewire=cleaned["rewire"]
        )

    def offered(self, *, with_this: bool = False) -> list[Any]:
        """Return the milestones on the road, by stage."""
        choices = []
        for stage in self.document.stages:
            live = [(m.slug, m.title) for m in self.document.in_stage(stage.slug) if not m.retired_on]
            if rows := [row for row in live if with_this or row[0] != self.slug]:
                choices.append((stage.title, rows))
        return choices

    def made(self, field: str, titles: list[str]) -> tuple[tuple[str, str], ...]:
        """Return (slug, title) for each new milestone; add errors for titles that cannot be."""
        known = {milestone.title for milestone in self.document.milestones if not milestone.retired_on}
        taken = set(self.document.by_slug)
        found = []
        for title in titles:
            if len(title) > 200:
                self.add_error(field, ValidationError("Keep a title under 200 characters.", code="long"))
            elif title in known:
                message = f"There is a milestone “{title}” already: choose it from the list instead."
                self.add_error(field, ValidationError(message, code="twice"))
            elif titles.count(title) > 1:
                self.add_error(field, ValidationError(f"“{title}” is there twice.", code="twice"))
            slug = fresh_slug(title, taken, fallback="milestone")
            taken.add(slug)
            found.append((slug, title))
        if len(taken) > MAX_MILESTONES:
            self.add_error(field, ValidationError(f"A roadmap holds {MAX_MILESTONES:,} milestones.", code="many"))
        return tuple(found)


class RetireForm(RetiringForm):
    """Nothing takes its place."""

    explains_itself = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rewire"].help_text = "What waited for it waits for what came before it instead."


class SplitForm(RetiringForm):
    """Two or more take its place."""

    into = forms.MultipleChoiceField(
        label="Milestones that exist",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_SEVERAL,
    )
    titles = forms.CharField(
        label="New milestones",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="A title on each line. They share its hours and stand in its stage; edit them afterwards.",
    )
    field_order = ("titles", "into", "rewire", "retired_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = self.offered()  # type: ignore[attr-defined] # a choice field's

    def wished(self, cleaned: dict[str, Any]) -> Wish:
        titles = [title for line in cleaned["titles"].split("\n") if (title := " ".join(line.split()))]
        wish = Wish((self.slug,), tuple(cleaned["into"]), self.made("titles", titles))
        if len(wish.parts) < 2:
            self.add_error(None, "Name at least two milestones that take its place, new ones or some that exist.")
        elif wish.new and (groups := self.document.groups_of(self.slug)):
            self.add_error("titles", f"It is one choice of “{groups[0].title}”, and a learner takes only one: {_ONE}")
        return wish


_ONE = "new parts would fall to everybody. Replace it with one milestone, or take it out of the group first."


class _TargetForm(RetiringForm):
    into = forms.ChoiceField(label="A milestone that exists", required=False)
    title = forms.CharField(
        label="Or a new one",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Its title. It takes over stage, hours and prerequisites; edit it afterwards.",
    )

    def target(self, cleaned: dict[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return the one part that is chosen or made, or add an error."""
        into = (cleaned["into"],) if cleaned["into"] else ()
        title = " ".join(cleaned["title"].split())
        new = self.made("title", [title]) if title else ()
        if len(into) + len(new) != 1:
            self.add_error("into", "Choose a milestone or give the title of a new one: exactly one of both.")
        return into, new


class ReplaceForm(_TargetForm):
    """One takes its place."""

    field_order = ("into", "title", "rewire", "retired_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", "–"), *self.offered()]  # type: ignore[attr-defined] # a choice field's

    def wished(self, cleaned: dict[str, Any]) -> Wish:
        return Wish((self.slug,), *self.target(cleaned))


class MergeForm(_TargetForm):
    """This and others become one."""

    others = forms.MultipleChoiceField(
        label="Together with", widget=forms.SelectMultiple(attrs={"size": 10}), help_text=_SEVERAL
    )
    field_order = ("others", "into", "title", "rewire", "retired_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["others"].choices = self.offered()  # type: ignore[attr-defined] # a choice field's
        self.fields["into"].choices = [("", "–"), *self.offered(with_this=True)]  # type: ignore[attr-defined] # a choice field's
        self.fields["into"].help_text = "It may be this one, or one of those above."

    def wished(self, cleaned: dict[str, Any]) -> Wish:
        into, new = self.target(cleaned)
        together = dict.fromkeys((self.slug, *cleaned["others"]))
        return Wish(tuple(slug for slug in together if slug not in into), into, new)


class BringBackForm(MappingForm):
    """The way back. `was` is the last edition's document with it on the road; `made` came for it and can go again."""

    explains_itself = True
    rewire = forms.BooleanField(
        label="Prerequisites follow",
        required=False,
        initial=True,
        help_text="What waited for it then waits for it again, and its groups are as they were.",
    )
    drop = forms.BooleanField(label="Delete", required=False, initial=True)

    def __init__(self, *args: Any, was: Document | None, made: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was, self.made = was, made
        if was is None:
            del self.fields["rewire"]
        if made:
            titles = ", ".join(f"“{self.document.by_slug[slug].title}”" for slug in made)
            self.fields["drop"].help_text = f"Delete what was made for it and never published: {titles}."
        else:
            del self.fields["drop"]

    def applied(self, cleaned: dict[str, Any]) -> Document:
        was = self.was if cleaned.get("rewire") else None
        return brought_back(self.document, self.slug, was=was, drop=self.made if cleaned.get("drop") else ())


def newly_broken(before: Document, after: Document) -> list[Finding]:
    """Return the rules that only the later document breaks: a circle, with its path."""
    old = {finding.message for finding in broken_rules(before)}
    return [finding for finding in broken_rules(after) if finding.message not in old]
