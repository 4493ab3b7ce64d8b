"""The editors' forms: the rules that a single save can break. What ties parts together is left to `document.lint`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import slugify

from roadmap.document.fields import FIRST_YEAR, LAST_YEAR
from roadmap.editions import published
from roadmap.form_keys import AGAIN, KEY
from roadmap.models import (
    ChoiceGroup,
    Citation,
    Credential,
    Fact,
    GroupMember,
    Milestone,
    Roadmap,
    Source,
    Stage,
    Step,
)
from roadmap.models.fields import WebURLsFormField

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OFF_THE_LINE = re.compile(r"[\t\n\r]")
LONGEST_TEXT = 10_000
SLUG_HELP = "Part of its web address. Leave it empty and it is made from the title; permanent once published."
_LAST_DAY_TODAY = "The day cannot lie in the future."


def fresh_slug(title: str, taken: Collection[str], *, fallback: str) -> str:
    """Return a slug made of the title that is not among `taken`: `linear-algebra`, `linear-algebra-2`."""
    stem = re.sub(r"-+", "-", slugify(title).replace("_", "-"))[:90].strip("-") or fallback
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def clean_values(form: forms.BaseForm) -> None:
    """Refuse, at the field, what a roadmap document cannot hold: control characters, lines in a line, odd years."""
    for name, value in list(form.cleaned_data.items()):
        if isinstance(value, str):
            if _CONTROL.search(value):
                form.add_error(name, ValidationError("This holds a character that cannot be shown.", code="control"))
            elif _OFF_THE_LINE.search(value) and not isinstance(form.fields[name].widget, forms.Textarea):
                form.add_error(name, ValidationError("Write it on one line, without tabs.", code="line"))
            elif len(value) > LONGEST_TEXT:
                form.add_error(name, ValidationError(f"Keep this under {LONGEST_TEXT:,} characters.", code="long"))
        elif isinstance(value, datetime.date):
            if not FIRST_YEAR <= value.year <= LAST_YEAR:
                message = f"Give a year between {FIRST_YEAR} and {LAST_YEAR}."
                form.add_error(name, ValidationError(message, code="year"))
        elif isinstance(value, list) and any(_CONTROL.search(str(item)) for item in value):
            form.add_error(name, ValidationError("This holds a character that cannot be shown.", code="control"))


class PartForm(forms.ModelForm):
    """A row of an inline, or a part of the roadmap. `refusal` says why the admin does not save a form as it is."""

    refusal = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, float) and value.is_integer():
                self.initial[name] = int(value)  # 40 hours, not 40.0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        clean_values(self)
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned


class NamedForm(PartForm):
    """Something that has a name. A second thing of one name, in one roadmap, is asked about before it is made."""

    title_field = "title"
    namesake = ""  # the name that is asked about

    def siblings(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = type(self.instance)._default_manager.all()
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = str(cleaned.get(self.title_field) or "")
        is_new = self.instance.pk is None and name and self.data.get(KEY) and self.data.get(AGAIN) != name
        if is_new and self.siblings().filter(**{f"{self.title_field}__iexact": name}).exists():
            self.namesake = name
            kind = self._meta.model._meta.verbose_name
            self.add_error(None, f"There is a {kind} “{name}” already. Save again to make a second one.")
        return cleaned


class RoadmapForm(NamedForm):
    """A roadmap. Its address is made from the title where it is left empty."""

    class Meta:
        model = Roadmap
        fields = ("title", "summary", "slug", "withdrawn_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if slug := self.fields.get("slug"):
            slug.required = False
            slug.help_text = SLUG_HELP

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors:
            taken = set(Roadmap.objects.exclude(pk=self.instance.pk).values_list("slug", flat=True))
            cleaned["slug"] = fresh_slug(str(cleaned.get("title", "")), taken, fallback="roadmap")
        return cleaned


class CopyForm(RoadmapForm):
    """What tells a copy from its original."""

    class Meta:
        model = Roadmap
        fields = ("title", "slug")
        widgets = {name: forms.TextInput(attrs={"class": "vTextField"}) for name in fields}


class WorkingCopyForm(NamedForm):
    """A part of one roadmap. The admin sets `roadmap` on the class that it makes for a request."""

    roadmap: Roadmap

    place = forms.IntegerField(
        label="Place",
        required=False,
        min_value=1,
        max_value=10_000,
        help_text="1 is the top. Leave it empty to keep the place; in the list you can also drag.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.roadmap_id is None:
            self.instance.roadmap = self.roadmap
        if slug := self.fields.get("slug"):
            slug.required = False
            slug.help_text = SLUG_HELP

    def siblings(self) -> QuerySet[Any]:
        return super().siblings().filter(roadmap=self.instance.roadmap)

    def _get_validation_exclusions(self) -> set[str]:
        """Let the model check what is unique within the roadmap, though its field is not on the form."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc] # the stubs lack it
        return exclusions - {"roadmap"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors:
            taken = set(self.siblings().exclude(pk=self.instance.pk).values_list("slug", flat=True))
            fallback = self._meta.model._meta.verbose_name.replace(" ", "-")
            cleaned["slug"] = fresh_slug(str(cleaned.get(self.title_field, "")), taken, fallback=fallback)
        return cleaned


class StageForm(WorkingCopyForm):
    class Meta:
        model = Stage
        fields = ("title", "summary", "slug")


class SourceForm(WorkingCopyForm):
    class Meta:
        model = Source
        fields = ("title", "publisher", "url", "as_of", "slug")


class ChoiceGroupForm(WorkingCopyForm):
    class Meta:
        model = ChoiceGroup
        fields = ("title", "note", "optional", "slug")


class MilestoneForm(WorkingCopyForm):
    class Meta:
        model = Milestone
        fields = (
            *("title", "stage", "kind", "optional", "summary", "why", "done_when"),
            *("effort_low", "effort_likely", "effort_high", "effort_basis"),
            *("elapsed_low", "elapsed_likely", "elapsed_high", "notes", "slug"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        check_rising(self, cleaned, "effort", most=100_000)
        elapsed = [cleaned.get(f"elapsed_{name}") for name in ("low", "likely", "high")]
        if any(value is not None for value in elapsed):
            if any(value is None for value in elapsed) and not self._failed("elapsed"):
                self.add_error("elapsed_likely", "Give all three numbers of months, or none.")
            check_rising(self, cleaned, "elapsed", most=1_200)
        return cleaned

    def _failed(self, stem: str) -> bool:
        return any(name.startswith(stem) for name in self.errors)


def not_in_future(day: datetime.date | None) -> datetime.date | None:
    """Return the day; refuse one after today."""
    if day and day > datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1):
        raise ValidationError(_LAST_DAY_TODAY, code="future")
    return day


def check_rising(form: forms.ModelForm[Any], cleaned: Mapping[str, Any], stem: str, *, most: int) -> None:
    """Refuse an estimate that does not rise from low to high, at the field that is out of step."""
    low, likely, high = (cleaned.get(f"{stem}_{name}") for name in ("low", "likely", "high"))
    if low is None or likely is None or high is None:
        return
    if low < 0:
        form.add_error(f"{stem}_low", "This cannot be negative.")
    elif low > likely:
        form.add_error(f"{stem}_low", "The low estimate is above the likely one.")
    elif likely > high:
        form.add_error(f"{stem}_high", "The high estimate is below the likely one.")
    elif high > most:
        form.add_error(f"{stem}_high", f"This is above {most:,}.")


class CredentialForm(WorkingCopyForm):
    title_field = "name"
    evidence = WebURLsFormField(
        required=False, help_text="Web addresses that show it, one a line.", max_length=LONGEST_TEXT
    )

    class Meta:
        model = Credential
        fields = ("name", "issuer", "status", "as_of", "changed_on", "detail", "evidence", "milestone", "slug")

    def clean_changed_on(self) -> str:
        text: str = self.cleaned_data["changed_on"]
        if text and not re.fullmatch(r"(19|20|21)\d\d", text):
            try:
                datetime.date.fromisoformat(text)
            except ValueError:
                raise ValidationError("Give a date or a year: 2026-09-28, 2026.", code="date") from None
        return text


class FactForm(WorkingCopyForm):
    title_field = "claim"

    class Meta:
        model = Fact
        fields = (
            *("claim", "milestone", "value", "unit", "period", "region", "verdict", "note"),
            *("source", "publisher", "url", "as_of", "slug"),
        )

    def clean_value(self) -> float | None:
        value: float | None = self.cleaned_data["value"]
        if value is not None and abs(value) > 1e15:
            raise ValidationError("This is too large.", code="large")
        return value


class StepForm(PartForm):
    hours = forms.FloatField(min_value=0, max_value=100_000)

    class Meta:
        model = Step
        fields = ("title", "hours", "resource")


class MemberForm(PartForm):
    """A member of a group. Which one is the default is saved by the formset, after all rows."""

    default = forms.BooleanField(required=False, help_text="Taken for a learner who has not chosen.")

    class Meta:
        model = GroupMember
        fields = ("milestone", "pairs_with")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["default"] = self.instance.is_default


class CitationForm(PartForm):
    class Meta:
        model = Citation
        fields = ("source", "quote", "kind")


_IN_DOCUMENT: dict[type[Any], str] = {
    Stage: "stages",
    Source: "sources",
    ChoiceGroup: "groups",
    Credential: "credentials",
    Fact: "facts",
}


def is_published(part: Any) -> bool:
    """Tell whether learners have met this part under its slug, which is permanent from then on."""
    if part.pk is None:
        return False
    if isinstance(part, Milestone):
        return part.first_edition_id is not None
    edition = (part if isinstance(part, Roadmap) else part.roadmap).current_edition
    if edition is None or isinstance(part, Roadmap):
        return edition is not None
    parts = getattr(published(edition), _IN_DOCUMENT[type(part)])
    return any(other.slug == part.slug for other in parts)
