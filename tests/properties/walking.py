"""A learner with a browser, and what must hold for them at any moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.test import Client

from accounts.models import User
from roadmap import actions, projection
from roadmap.document import Document
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress, Roadmap
from roadmap.standing import SATISFIED, Progress, Standing, fold, standing_of
from tests.properties.learning import FINISHED, Facts, Memory, Sentence

TODAY = date(2026, 11, 22)
ROAD = "/roadmaps/road/"
FORMS = {
    "mark": "milestones/{milestone}/state/",
    "tick": "milestones/{milestone}/steps/{step}/",
    "log_hours": "milestones/{milestone}/hours/",
    "note": "milestones/{milestone}/note/",
    "choose": "choices/{group}/",
    "place": "placement/",
    "undo": "undo/",
    "leave": "leave/",
}
TAKEN, MISSING, GONE = 302, 404, 409
Said = list[Sentence] | Callable[[], list[Sentence]]


class Learner:
    """Somebody on the road; their browser shows pages of edition `shown`, perhaps not the newest."""

    def __init__(self, roadmap: Roadmap, name: str) -> None:
        self.user, self.memory, self.shown = User.objects.create_user(f"{name}@example.org"), Memory(), 1
        self.roadmap = roadmap
        actions.enrol(user=self.user, roadmap=roadmap, hours_per_week=10, target_on=None, today=TODAY, edition=1)
        self.memory.hear(("enrol", 10, None), is_fixed=True)
        self.enrolment = Enrolment.objects.get(user=self.user)

    @cached_property
    def client(self) -> Client:
        client = Client()
        client.force_login(self.user)
        return client

    @property
    def has_left(self) -> bool:
        return self.memory.holds().has_left

    def events(self) -> int:
        return Event.objects.filter(enrolment__user=self.user).count()

    def enrol(self, hours_per_week: float, target_on: date, *, by_form: bool) -> None:
        """Come back, or change the pace, which undo takes back."""
        wish, before = {"hours_per_week": hours_per_week, "target_on": target_on}, self.events()
        if by_form:
            assert self.client.post(f"{ROAD}enrol/", wish).status_code == TAKEN
        else:
            actions.enrol(user=self.user, roadmap=self.roadmap, today=TODAY, edition=self.shown, **wish)
        said: list[Sentence] = [("enrol", hours_per_week, target_on)]
        self._remember(said, self.events() - before, is_fixed=self.has_left)

    def leave(self, *, by_form: bool) -> None:
        status, _ = self._post("leave", {}) if by_form or self.has_left else self._act("leave", {})
        assert status == (MISSING if self.has_left else TAKEN)
        if status == TAKEN:
            self.memory.hear(("leave",), is_fixed=True)

    def undo(self, *, by_form: bool) -> None:
        """Take my last change back, whatever it was."""
        status, _ = self._post("undo", {}) if by_form or self.has_left else self._act("undo", {})
        assert status == (MISSING if self.has_left else TAKEN)
        if status == TAKEN:
            self.memory.undo()

    def does(self, verb: str, wish: dict[str, Any], said: Said, *, refusal: int = 0, by_form: bool) -> bool:
        """Do what the edition that I see offers; tell whether it was taken, which is so unless `refusal` says how not.

        What I do on a page goes through its form, or straight to the action behind it, which is quicker.
        """
        expected = MISSING if self.has_left else refusal or TAKEN
        status, events = self._post(verb, wish) if by_form or self.has_left else self._act(verb, wish)
        assert status == expected
        if status == TAKEN:
            self._remember(said, events, is_fixed=False)
        else:
            assert not events
        return status == TAKEN

    def _post(self, verb: str, wish: dict[str, Any]) -> tuple[int, int]:
        """Return the answer's status and how many events there are more."""
        values = {"note" if name == "text" else name: _typed(value) for name, value in wish.items()}
        before = self.events()
        status = self.client.post(ROAD + FORMS[verb].format(**wish), values | {"edition": self.shown}).status_code
        return status, self.events() - before

    def _act(self, verb: str, wish: dict[str, Any]) -> tuple[int, int]:
        try:
            events = getattr(actions, verb)(enrolment=self.enrolment, today=TODAY, edition=self.shown, **wish)
        except actions.RefusedError:
            return GONE, 0
        except actions.UnknownError:
            return MISSING, 0
        return TAKEN, len(events)

    def _remember(self, said: Said, events: int, *, is_fixed: bool) -> None:
        """Remember what was taken; what appended no event must have held before."""
        facts = self.memory.holds().facts()
        self.memory.hear(*(said() if callable(said) else said), is_fixed=is_fixed)
        if not events:
            assert self.memory.holds().facts() == facts
            self.memory.changes.pop()

    # --- What must hold -----------------------------------------------------------------------------------------------

    def stored(self) -> tuple[Facts, Progress]:
        """Return what the projection's rows say, in the words of the memory and in those of the program."""
        self.enrolment.refresh_from_db()
        rows = list(MilestoneProgress.objects.filter(enrolment=self.enrolment))
        choices = dict(Choice.objects.filter(enrolment=self.enrolment).values_list("group", "milestone"))
        facts = {
            "states": {row.milestone: (row.state, row.state_on) for row in rows if row.state_on},
            "finished": {row.milestone: row.finished_on for row in rows if row.finished_on},
            "ticks": {(row.milestone, step): tuple(tick) for row in rows for step, tick in row.ticks.items()},
            "hours": {(row.milestone, entry): (on, hours) for row in rows for entry, on, hours in row.logged},
            "notes": {row.milestone: (row.note, row.evidence_url) for row in rows if row.note or row.evidence_url},
            "choices": choices,
            "pace": (self.enrolment.hours_per_week, self.enrolment.target_on),
            "left": self.enrolment.left_at is not None,
        }
        return facts, projection.progress_of(self.enrolment, rows, choices)

    def check(self, edition: Document) -> None:
        """Nothing is lost and nothing made up, and what an edition makes of it is true."""
        facts, progress = self.stored()
        held = self.memory.holds()
        assert facts == held.facts()
        found = standing_of(edition, progress)
        check_figures(found)
        check_locks(found)
        check_credit(found, held.finished_in(edition))

    def check_events(self) -> None:
        """The projection is what the events say."""
        _, progress = self.stored()
        assert progress == fold(projection.happenings(Event.objects.filter(enrolment=self.enrolment)))

    def open_page(self, path: str, edition: int) -> None:
        """It answers; where it names an edition, that is the newest."""
        answer = self.client.get(path)
        if path.endswith("plan.json") and self.has_left:
            assert answer.status_code == 404
            return
        assert answer.status_code == 200, path
        if path == ROAD:
            assert re.search(rf"edition {edition}\b", answer.content.decode())
        if path.endswith("plan.json"):
            assert answer.json()["edition"] == edition


def _typed(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value


def check_figures(found: Standing) -> None:
    """The counts and the hours sum to their totals, whole and by stage; the percentage is one."""
    for figures in (found, *(found.in_stage(stage.slug) for stage in found.edition.stages)):
        *counts, total = figures.counts
        *hours, all_hours = (round(amount * 10) for amount in figures.hours)
        assert sum(counts) == total
        assert sum(hours) == all_hours
        assert min(*counts, *hours) >= 0
        assert 0 <= figures.percent <= 100
    assert sum(found.in_stage(stage.slug).counts.total for stage in found.edition.stages) == len(found.path)


def check_locks(found: Standing) -> None:
    """What locks is asked for by the edition, live, on my path, and not over."""
    for slug, missing in found.locked.items():
        assert set(missing) <= set(found.edition.requirements_of(found.edition.by_slug[slug]))
        for name in missing:
            assert found.edition.by_slug[name].retired_on is None
            assert found.of(name).on_path
            assert found.of(name).effective_state not in SATISFIED


def check_credit(found: Standing, finished: dict[str, str]) -> None:
    """What I finished counts, in itself or in what replaces it; and nothing else is called finished."""
    counted = {m.slug: m.effective_state for m in found.milestones.values() if m.effective_state in FINISHED}
    assert counted == finished
    for slug in finished:
        milestone = found.edition.by_slug[slug]
        if milestone.retired_on and not milestone.replaced_by and not found.edition.groups_of(slug):
            assert found.of(slug).on_path


def lost(before: Document, after: Document) -> set[str]:
    """Return what leaves the road without anything in its place."""
    gone = {m.slug for m in after.milestones if m.retired_on and not m.replaced_by}
    return gone & {m.slug for m in before.milestones if not m.retired_on or m.replaced_by}
