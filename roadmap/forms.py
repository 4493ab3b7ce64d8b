"""What learners may post. Every date is the learner's own; `today` comes from the view."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.models import Weekday
from roadmap import placement
from roadmap.actions import HOURS_DECIMALS
from roadmap.bidi import isolated
from roadmap.document import Document
from roadmap.models import NOTE_LENGTH, State
from roadmap.models.fields import WebURLFormField
from roadmap.standing import FINISHED, Mark, Standing

FIRST_DATE = date(1900, 1, 1)
FARTHEST_TARGET = timedelta(days=365 * 60)
MOST_HOURS_AT_ONCE = 1_000
LONGEST_PAUSE = timedelta(days=3 * 366)
LARGEST_ID = 2**63 - 1
_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})")


class HoursField(forms.FloatField):
    """A number as people write it: 10 or 7.5, not the 1e2, 1_0 or ١٠ that Python would read as one."""

    def to_python(self, value: Any) -> Any:
        if value and not _PLAIN_NUMBER.fullmatch(str(value).strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class EditionForm(forms.Form):
    """The edition that a form was shown with; forms that change something carry it."""

    edition = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class MarkForm(EditionForm):
    """Base of the forms that mark progress.

    Several stand on one page, so each class names the `id`s of its fields by `about`.
    """

    about: ClassVar[str] = "mark"

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.about}-%s")
        super().__init__(*args, **kwargs)
        self.today = today
        if "on" in self.fields:
            self.fields["on"].widget.attrs.update(max=today.isoformat())

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on > self.today:
            raise ValidationError("This day is still to come. Choose today or an earlier day.", code="future")
        if on and on < FIRST_DATE:
            raise ValidationError("That's too long ago: choose a day since 1900.", code="past")
        return on


def day_field(label: str = "On", **kwargs: Any) -> forms.DateField:
    """Return an optional local date; empty means today."""
    return forms.DateField(label=label, required=False, widget=DateInput(), **kwargs)


def change_field() -> forms.UUIDField:
    """Return the name that a form gives to what it says: sent again it counts once."""
    return forms.UUIDField(required=False, widget=forms.HiddenInput)


def hours_per_week_field() -> HoursField:
    return HoursField(
        label="Hours a week",
        min_value=0.5,
        max_value=168,
        initial=10,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text="Time for your own study and practice. Lectures that you attend anyway and paid work don't count.",
    )


class EnrolForm(forms.Form):
    """How much time there is in a week, and perhaps by when."""

    hours_per_week = hours_per_week_field()
    target_on = forms.DateField(
        label="I'd like to be there by",
        required=False,
        widget=DateInput(),
        help_text="A wish, not a deadline. You can change it whenever you like.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.kept: date | None = (kwargs.get("initial") or {}).get("target_on")
        tomorrow = today + timedelta(days=1)
        # A target that has passed may stay: browsers hold `min` against what is not touched, too.
        self.fields["target_on"].widget.attrs.update(min=min(tomorrow, self.kept or tomorrow).isoformat())

    def clean_target_on(self) -> date | None:
        target: date | None = self.cleaned_data["target_on"]
        if target == self.kept:
            return target
        if target and target <= self.today:
            raise ValidationError("This day has passed. Choose one that is still to come.", code="past")
        if target and target > self.today + FARTHEST_TARGET:
            raise ValidationError("Choose a day within the next 60 years, or leave it empty.", code="far")
        return target


class StartForm(EnrolForm):
    """The first time, with what the public preview was told."""

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"] = KnownField(document)
        self.fields["known"].widget = forms.MultipleHiddenInput()


class StateForm(MarkForm):
    about = "state"
    state = forms.ChoiceField(choices=State.choices)
    on = day_field()


class StepForm(MarkForm):
    about = "step"
    done = forms.TypedChoiceField(choices=[("1", "done"), ("0", "not done")], coerce=lambda value: value == "1")
    on = day_field()


class HoursForm(MarkForm):
    """Hours put in. With `corrects`, the entry that they replace; 0 then takes it out."""

    about = "hours"
    hours = HoursField(
        label="Hours",
        min_value=0,
        max_value=MOST_HOURS_AT_ONCE,
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    on = day_field()
    step = forms.SlugField(required=False, max_length=100, widget=forms.HiddenInput)
    corrects = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)
    change = change_field()

    def __init__(self, *args: Any, mark: Mark | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark = mark or Mark()

    @property
    def _kept_on(self) -> date | None:
        """The day of the entry that is corrected, which may lie ahead for somebody who travelled westwards since."""
        number = self.data.get("corrects", "")
        return next((entry.on for entry in self.mark.entries if str(entry.id) == number), None)

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        return on if on and on == self._kept_on else super().clean_on()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        hours = data.get("hours")
        if hours is not None and round(hours, HOURS_DECIMALS) == 0 and not data.get("corrects"):
            self.add_error("hours", "Enter how long it was, for instance 1.5.")
        return data


class UndoForm(forms.Form):
    """Which change to take back; without a name the last."""

    change = change_field()


class NoteForm(MarkForm):
    """What only the learner reads."""

    about = "note"
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text="Only you see it. Markdown works: **bold**, lists, links.",
    )
    evidence_url = WebURLFormField(
        label="Link to evidence",
        required=False,
        max_length=2000,
        help_text="A repository, a certificate, a post: what shows that you did it.",
    )

    def clean_note(self) -> str | None:
        return self._said("note")

    def clean_evidence_url(self) -> str | None:
        return self._said("evidence_url")

    def _said(self, name: str) -> str | None:
        """Return None for what a client leaves out, which stays as it is; an empty text has to be said."""
        return self.cleaned_data[name] if name in self.data else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"note", "evidence_url"} & set(self.data):
            raise ValidationError("Write a note or give a link.", code="required")
        return data


class ChoiceForm(MarkForm):
    """One member of a group; empty leaves the choice open again, but has to be said."""

    about = "choice"
    milestone = forms.CharField(required=False, max_length=100)

    def clean_milestone(self) -> str:
        if "milestone" not in self.data:
            raise ValidationError("Choose one.", code="required")
        chosen: str = self.cleaned_data["milestone"]
        return chosen


class NewsForm(forms.Form):
    """Which edition somebody has taken note of: no newer one is dismissed unseen."""

    edition = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class AnswersForm(forms.Form):
    """A person's background, in three questions, none of which has to be answered; the answers only suggest."""

    degree = forms.ChoiceField(
        label="Your highest degree", choices=list(placement.DEGREES.items()), required=False, widget=forms.RadioSelect
    )
    subject = forms.ChoiceField(
        label="Its subject", choices=[("", "Choose a subject"), *placement.SUBJECTS.items()], required=False
    )
    experience = forms.MultipleChoiceField(
        label="Work you have done for a year or more",
        choices=list(placement.EXPERIENCE.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class PlacementForm(MarkForm):
    """The milestones that a person says they bring along, and those under way."""

    about = "placement"

    def __init__(self, *args: Any, milestones: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("known", "doing"):
            self.fields[name] = forms.MultipleChoiceField(
                choices=milestones,
                required=False,
                error_messages={"invalid_choice": "There is no milestone %(value)s on this roadmap."},
            )


class KnownField(forms.MultipleChoiceField):
    """Offers degrees and whole stages to bring along, but none that a learner has; takes any stage or milestone."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, document: Document, *, standing: Standing | None = None) -> None:
        degrees = [
            (m.slug, isolated(m.title))
            for m in document.milestones
            if m.kind == "degree" and not m.retired_on and not (standing and standing.of(m.slug).state in FINISHED)
        ]
        stages = [
            (stage.slug, f"All of “{isolated(stage.title)}”")
            for stage in document.stages
            if standing is None or standing.in_stage(stage.slug).counts.left
        ]
        super().__init__(label="I know already", required=False, choices=[*degrees, *stages])
        self.document = document

    def valid_value(self, value: Any) -> bool:
        return value in self.document.by_slug or value in self.document.stage_by_slug


class PreviewForm(forms.Form):
    """What would my plan be?"""

    hours_per_week = hours_per_week_field()

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"] = KnownField(document)


class WhatIfForm(EnrolForm):
    """Other hours, another target, other choices, more that I know."""

    def __init__(self, *args: Any, document: Document, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {f"choice-{group.slug}": group.slug for group in document.groups}
        for name, slug in self.groups.items():
            group = document.group_by_slug[slug]
            live = [document.by_slug[member] for member in group.members if not document.by_slug[member].retired_on]
            self.fields[name] = forms.ChoiceField(
                label=isolated(group.title),
                required=False,
                choices=[("", "As it is"), *((m.slug, isolated(m.title)) for m in live)],
            )
        self.fields["known"] = KnownField(document, standing=standing)

    @property
    def posted(self) -> list[tuple[str, str]]:
        """What was entered, to be posted as it was shown."""
        data = cast(QueryDict, self.data)
        return [(name, value) for name in self.fields for value in data.getlist(name) if value]

    @property
    def choices(self) -> dict[str, str]:
        """The choices made, by group."""
        return {slug: self.cleaned_data[name] for name, slug in self.groups.items() if self.cleaned_data[name]}


class PauseForm(forms.Form):
    """Days without learning, from one up to another."""

    starts_on = forms.DateField(label="From", widget=DateInput())
    until = forms.DateField(label="Back on", widget=DateInput())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("starts_on", "until"):
            self.fields[name].widget.attrs.update(min=today.isoformat())

    def clean_starts_on(self) -> date:
        starts_on: date = self.cleaned_data["starts_on"]
        if not self.today <= starts_on <= self.today + LONGEST_PAUSE:
            raise ValidationError("Choose today or a later day, within three years.", code="range")
        return starts_on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, until = data.get("starts_on"), data.get("until")
        if starts_on and until and until <= starts_on:
            self.add_error("until", "Choose a day after the first one.")
        elif until and until > self.today + LONGEST_PAUSE:
            self.add_error("until", "Choose a day within the next three years.")
        return data


class LetterDayForm(forms.Form):
    """When the weekly letter comes."""

    digest_weekday = forms.TypedChoiceField(label="Day", coerce=int, choices=Weekday.choices)
    digest_hour = forms.TypedChoiceField(
        label="Hour", coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(6, 21)]
    )
