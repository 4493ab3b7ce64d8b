"""What a form showed when it was opened, carried along in it, so that a save knows what changed meanwhile.

Values are kept as a browser posts them. So what was shown, what is there now and what somebody entered compare as
texts, and what others changed can be put into a posted form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import Truncator

OPENED = "_opened"
_SALT = "roadmap.admin.shown"
_ORDER = "position"
UNITS = {"effort_": "h", "hours": "h", "elapsed_": "months"}
LONGEST_IN_HISTORY = 200  # characters of one value

Values = dict[str, str]  # by field
Rows = dict[str, Values]  # by primary key, in their order
Shown = dict[str, Rows]  # by the prefix of the formset; the form itself is the row "" of the prefix ""


class Opened(NamedTuple):
    """A form as somebody opened it: of which thing, on which roadmap (its primary key), when, with which values."""

    thing: str
    roadmap: int
    at: datetime
    shown: Shown

    def sealed(self) -> str:
        """Return it as a signed text that a form can carry."""
        return signing.dumps((*self[:2], self.at.isoformat(), self.shown), salt=_SALT, compress=True)

    @classmethod
    def unsealed(cls, text: str) -> Opened | None:
        """Return what `sealed` made this text of; nothing for any other text."""
        try:
            thing, roadmap, at, shown = signing.loads(text, salt=_SALT)
        except signing.BadSignature:
            return None
        return cls(thing, roadmap, datetime.fromisoformat(at), _as_shown_now(shown))


class Meanwhile(NamedTuple):
    """Something that is not as it was when the form was opened. `mine` is empty where I left it alone."""

    what: str
    before: str
    now: str
    mine: str = ""


def shown_by(form: Any, formsets: Iterable[Any]) -> Shown:
    """Return what a form and its rows show before anything is typed."""
    shown: Shown = {"": {"": {name: _initial(form[name]) for name in form.fields}}}
    for formset in formsets:
        names = _names(formset)
        shown[formset.prefix] = {
            str(row.instance.pk): {name: _initial(row[name]) for name in names} for row in formset.initial_forms
        }
    return shown


def _as_shown_now(shown: Shown) -> Shown:
    """Write the days of a form that the release before laid out, 31/01/2026, as forms show them now."""
    day = re.compile(r"([0-3][0-9])/([01][0-9])/([12][0-9]{3})")
    return {
        prefix: {
            key: {name: day.sub(r"\3-\2-\1", text) if day.fullmatch(text) else text for name, text in row.items()}
            for key, row in rows.items()
        }
        for prefix, rows in shown.items()
    }


def _names(formset: Any) -> list[str]:
    """Return what an editor fills in of a row; the first names it."""
    own = {formset.model._meta.pk.name, formset.fk.name, "DELETE"}
    return [name for name in formset.empty_form.fields if name not in own]


def _initial(bound: forms.BoundField) -> str:
    value = bound.field.prepare_value(bound.initial)
    if isinstance(bound.field, forms.BooleanField):
        return "on" if value else ""
    shown = bound.field.widget.format_value(value)
    return _text(",".join(shown) if isinstance(shown, list) else shown)


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


# --- My changes over theirs ------------------------------------------------------------------------------------------


def reapplied(posted: QueryDict, before: Shown, now: Shown) -> QueryDict:
    """Return the form as it is now with my changes put over it: what I left alone stays as others left it."""
    data = posted.copy()
    for name, value in _left_alone(posted, before[""][""], now[""][""]).items():
        data[name] = value
    for prefix, mine in _posted_rows(posted, now).items():
        stored = _stored(mine, before.get(prefix, {}), now[prefix])
        rows = [*stored, *_new(mine, before.get(prefix, {}), now[prefix])]
        for key in [key for key in data if re.match(rf"{re.escape(prefix)}-[0-9]+-", key)]:
            del data[key]
        data[f"{prefix}-INITIAL_FORMS"], data[f"{prefix}-TOTAL_FORMS"] = str(len(stored)), str(len(rows))
        for number, row in enumerate(rows):
            for name, value in row.items():
                data[f"{prefix}-{number}-{name}"] = value
    return data


def made_anew(posted: QueryDict, parents: Mapping[str, str]) -> QueryDict:
    """Return the form of a thing that is gone as one for a new thing. `parents`: what rows name it by, by prefix."""
    nothing: Shown = {"": {"": {}}, **{prefix: {} for prefix in parents}}
    data = reapplied(posted, nothing, nothing)
    for prefix, name in parents.items():
        for key in [key for key in data if re.fullmatch(rf"{re.escape(prefix)}-[0-9]+-{name}", key)]:
            del data[key]
    return data


def _posted_rows(posted: QueryDict, now: Shown) -> dict[str, list[Values]]:
    """Return the posted rows of each prefix, in their order."""
    rows: dict[str, dict[int, Values]] = {prefix: {} for prefix in now if prefix}
    names = re.compile(rf"({'|'.join(map(re.escape, rows))})-([0-9]{{1,4}})-(\w+)")
    for key in posted if rows else ():
        if found := names.fullmatch(key):
            rows[found[1]].setdefault(int(found[2]), {})[found[3]] = _text(posted[key])
    return {prefix: [numbered[number] for number in sorted(numbered)] for prefix, numbered in rows.items()}


def _left_alone(mine: Mapping[str, Any], before: Values, now: Values) -> Values:
    """Return what is now where I did not change what was before."""
    return {name: value for name, value in now.items() if name in before and _text(mine.get(name)) == before[name]}


def _is_untouched(row: Values, before: Values) -> bool:
    return not row.get("DELETE") and _left_alone(row, before, before) == before


def _stored(mine: list[Values], before: Rows, now: Rows) -> list[Values]:
    """Return the rows that are there now, with my changes."""
    by_key = {row.get("id", ""): row for row in mine}
    return [
        {**by_key[key], **_left_alone(by_key[key], before.get(key, {}), values)}
        if key in by_key
        else {**values, "id": key}
        for key, values in now.items()
        if key in by_key or key not in before
    ]


def _new(mine: list[Values], before: Rows, now: Rows) -> list[Values]:
    """Return my rows that are not there: made by me, or deleted by others after I had begun to change them."""
    missing = [row for row in mine if row.get("id", "") not in now and not row.get("DELETE")]
    keys = [row.get("id", "") for row in missing]
    return [
        {**row, "id": ""}
        for key, row in zip(keys, missing, strict=True)
        if key not in before or not _is_untouched(row, before[key])
    ]


# --- What changed meanwhile, in words --------------------------------------------------------------------------------


def changed(
    form: Any, formsets: Iterable[Any], *, before: Shown, now: Shown, posted: QueryDict | None
) -> list[Meanwhile]:
    """Say what is not as it was, beside what I entered. What I entered in the same way is not worth a word."""
    if posted is None:
        mine = before
    else:
        mine = {"": {"": {name: _text(posted.get(name)) for name in now[""][""]}}}
        for prefix, rows in _posted_rows(posted, now).items():
            mine[prefix] = {row["id"]: row for row in rows if row.get("id")}
    found = list(_changed_values(form, "", before[""][""], now[""][""], mine[""][""]))
    for formset in formsets:
        was, now_is, given = (shown.get(formset.prefix, {}) for shown in (before, now, mine))
        found += _changed_rows(formset, was, now_is, given)
    return found


def _changed_values(form: Any, of: str, before: Values, now: Values, mine: Values) -> Iterator[Meanwhile]:
    for name, value in now.items():
        was = before.get(name, "")
        given = mine.get(name, "")
        if name == _ORDER or value == was or (value == given and not mine.get("DELETE")):
            continue
        field = form.fields[name]
        own = "deleted" if mine.get("DELETE") else _words(field, given) if given != was else ""
        yield Meanwhile(f"{of}{form[name].label}", _words(field, was), _words(field, value), own)


def _changed_rows(formset: Any, before: Rows, now: Rows, mine: Rows) -> Iterator[Meanwhile]:
    form, first = formset.empty_form, _names(formset)[0]

    def named(values: Values) -> str:
        return f"“{_words(form.fields[first], values.get(first, ''))}”"

    kind = str(formset.model._meta.verbose_name).capitalize()
    for key, values in now.items():
        if key not in before:
            yield Meanwhile(f"{kind} {named(values)}", "not there", "added")
        else:
            yield from _changed_values(
                form, f"{kind} {named(before[key])}: ", before[key], values, mine.get(key, before[key])
            )
    for key, values in before.items():
        if key not in now and not (row := mine.get(key, values)).get("DELETE"):
            own = "" if _is_untouched(row, values) else "changed"
            yield Meanwhile(f"{kind} {named(values)}", "there", "deleted", own)
    old, new = [key for key in before if key in now], [key for key in now if key in before]
    if old != new and any(mine.get(key, {}).get(_ORDER) != now[key].get(_ORDER) for key in new):
        lists = (", ".join(named(now[key]) for key in keys) for keys in (old, new))
        yield Meanwhile(f"Order of the {formset.model._meta.verbose_name_plural}", *lists)


def values_changed(form: Any) -> list[str]:
    """Say what a saved form changed, with both values: `Likely: 8 h → 10 h`."""
    return [f"{form[name].label}: {_before(form, name)} → {_after(form, name)}" for name in form.changed_data]


def _before(form: Any, name: str) -> str:
    return _measured(name, _words(form.fields[name], _initial(form[name])))


def _after(form: Any, name: str) -> str:
    field = form.fields[name]
    if name in form.cleaned_data and not isinstance(field, forms.ModelChoiceField | forms.BooleanField):
        value = field.widget.format_value(field.prepare_value(form.cleaned_data[name]))
    else:
        value = form[name].data
    return _measured(name, _words(field, _text(value)))


def _measured(name: str, words: str) -> str:
    """Add the unit, and cut what is too long for a line of the history."""
    unit = next((unit for stem, unit in UNITS.items() if name.startswith(stem)), "")
    if unit and words != "empty" and name != "effort_basis":
        return f"{words.removesuffix('.0')} {unit}"
    short = Truncator(words).chars(LONGEST_IN_HISTORY)
    return short if words == "empty" or len(words) < 2 or words in ("yes", "no") else f"“{short}”"


def _words(field: forms.Field, value: str) -> str:
    """Return a value as an editor reads it: “yes” rather than `on`, a title rather than a primary key."""
    if isinstance(field, forms.BooleanField):
        return "yes" if value else "no"
    if not value:
        return "empty"
    if isinstance(field, forms.ModelChoiceField):
        try:
            return str(field.to_python(value))
        except ValidationError:
            return "something that is gone"
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return str(dict(choices).get(value, value))
