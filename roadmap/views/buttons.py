"""What the buttons of a letter do. The link opens a form and changes nothing; the form's POST does it, and offers undo.

No session stands behind them, so the token is all the authority: who holds it may do this one thing for this learner
until it expires. Nobody is logged in by it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django import forms
from django.core.signing import BadSignature, SignatureExpired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import pauses, presence, zones
from accounts.models import REPLANNED, Preferences, User
from roadmap import actions, editions, projection, queries
from roadmap.bidi import isolated
from roadmap.calendar import DAY, WEEK, local_date
from roadmap.digests import ledger, planner
from roadmap.digests.buttons import Wish, opened
from roadmap.document import Milestone
from roadmap.forms import HoursForm, LetterDayForm, PauseForm, UndoForm
from roadmap.models import Enrolment, Event, State
from roadmap.standing import last_said
from roadmap.views import words

PAUSE_OFFERED = timedelta(weeks=4)
OFF = "But letters are off: your settings turn them on again."
AGAIN = "That was said already. It counts once."
TAKEN_BACK = "That was taken back already."


@dataclass(frozen=True)
class Done:
    """What happened, in a sentence. `undo` are the fields of the form that takes it back; None where nothing can."""

    sentence: str
    undo: Mapping[str, Any] | None = None
    heading: str = "Thank you"


class Act(ABC):
    """One button for one learner: what it offers, does and takes back."""

    heading: str
    sentence: str
    label: str

    def __init__(self, user: User, thing: tuple[str, ...]) -> None:
        self.user, self.thing = user, thing
        self.preferences: Preferences = user.preferences
        self.today: date = queries.today_of(user)

    def form(self, data: Mapping[str, Any] | None = None) -> forms.Form:
        """Return what has to be filled in; an empty form where nothing has."""
        return forms.Form(data)

    @property
    def already(self) -> Done | None:
        """What is done already, so that nothing is asked; None where there is something to do."""
        return None

    @abstractmethod
    def press(self, said: Mapping[str, Any], /) -> Done:
        """Do it, with what the form said."""

    @abstractmethod
    def take_back(self, data: Mapping[str, Any], /) -> str:
        """Take back what `Done.undo` names and say so; raise `RefusedError` where that can't be."""


class _OnMilestone(Act):
    """What a line of the letter was about, in the edition of now; 404 where it is gone."""

    def __init__(self, user: User, thing: tuple[str, ...]) -> None:
        super().__init__(user, thing)
        roadmap, slug, self.step = thing
        rows = Enrolment.objects.filter(user=user, left_at=None, roadmap__slug=roadmap)
        enrolment = rows.select_related("roadmap__current_edition").first()
        current = enrolment.roadmap.current_edition if enrolment else None
        if enrolment is None or current is None:
            raise Http404
        self.enrolment, self.edition = enrolment, current.number
        document = editions.document_in(enrolment.roadmap_id, current.number)
        if slug not in document.by_slug or (self.step and self.step not in document.by_slug[slug].step_by_slug):
            raise Http404
        self.milestone: Milestone = document.by_slug[slug]

    @property
    def sentence(self) -> str:  # type: ignore[override]  # worked out here, fixed in others
        """Name the step and its milestone."""
        step = self.milestone.step_by_slug[self.step].title if self.step else ""
        title = isolated(self.milestone.title)
        return f"“{isolated(step)}”, in “{title}”." if step else f"“{title}”."

    @cached_property
    def _who(self) -> dict[str, Any]:
        return {
            "enrolment": self.enrolment,
            "milestone": self.milestone.slug,
            "today": self.today,
            "edition": self.edition,
        }

    def _done(self, events: actions.Events, sentence: str) -> Done:
        return Done(sentence, {"change": events[0].change}) if events else Done(AGAIN)

    def take_back(self, data: Mapping[str, Any], /) -> str:
        """Undo the change that the button made, unless something else happened since."""
        form = UndoForm(data)
        if not form.is_valid() or form.cleaned_data["change"] is None:
            raise actions.RefusedError("This form is not complete. Your plan offers undo.")
        change = form.cleaned_data["change"]
        try:
            undone = actions.undo(enrolment=self.enrolment, today=self.today, edition=self.edition, change=change)
        except actions.UnknownError:
            raise actions.RefusedError("There is no such change to take back.") from None
        return "Taken back. It is as it was before." if undone else TAKEN_BACK


class _Tick(_OnMilestone):
    heading, label = "Is it done?", "Yes, it is done"

    @property
    def already(self) -> Done | None:
        mark = self.enrolment.progress.filter(milestone=self.milestone.slug).first()
        if mark is None:
            return None
        if self.step in mark.ticks:
            return Done(f"You ticked that already: {self.sentence}", heading="It is done")
        if mark.state in {State.DONE, State.KNOWN}:
            return Done(f"“{self.milestone.title}” is behind you already.", heading="It is done")
        return None

    def press(self, _: Mapping[str, Any], /) -> Done:
        if self.step:
            events = actions.tick(**self._who, step=self.step, done=True)
            return self._done(events, words.step(self.milestone.title, done=True))
        events = actions.mark(**self._who, state=State.DONE)
        return self._done(events, words.state(self.milestone.title, State.DONE))


class _LogHours(_OnMilestone):
    heading, label = "How long was it?", "Log hours"

    def form(self, data: Mapping[str, Any] | None = None) -> forms.Form:
        return HoursForm(data, today=self.today, initial={"change": uuid4()})

    def press(self, said: Mapping[str, Any], /) -> Done:
        events = actions.log_hours(
            **self._who, hours=said["hours"], on=said["on"], step=self.step, change=said["change"]
        )
        if not events:  # whoever clicked twice sees this answer, not the first: it offers undo as well
            past = projection.happenings(Event.objects.filter(enrolment=self.enrolment))
            last, _ = last_said(past, said["change"], self.milestone.slug) if said["change"] else (None, None)
            return Done(AGAIN, {"change": last.change} if last else None)
        return self._done(events, words.hours_put_in(self.milestone, events))


class _Snooze(Act):
    heading, label = "Skip a week?", "Skip the next letter"
    sentence = "Your next weekly letter stays away; the one after it comes as usual. Your plan stays as it is."

    def press(self, _: Mapping[str, Any], /) -> Done:
        until = self.preferences.snoozed_until
        if until is None or until <= self.today:  # pressed again, it skips no second letter
            self._set(self._next_on() + DAY)
        return Done(f"That letter stays away. {_next(self.preferences) or OFF}", {"snoozed": "0"})

    def _next_on(self) -> date:
        """Return the last day of the letter to skip: one that is owed already and waits, else the planned one."""
        if owed_until := planner.owed_until(self.user.pk):
            return local_date(owed_until, zones.zone(self.preferences.timezone).key)
        return planner.next_letter_on(self.user.pk, ledger.now()) or self.today + WEEK

    def take_back(self, _: Mapping[str, Any], /) -> str:
        self._set(None)
        return "Your next letter comes as usual."

    def _set(self, until: date | None) -> None:
        Preferences.objects.filter(user=self.user).update(snoozed_until=until, **REPLANNED)


class _Pause(Act):
    heading, label = "Pause for a while?", "Pause"
    sentence = "No letters come, your plan waits with you, and nothing counts as late. Your plan page ends it."

    def form(self, data: Mapping[str, Any] | None = None) -> forms.Form:
        return PauseForm(data, today=self.today, initial={"starts_on": self.today, "until": self.today + PAUSE_OFFERED})

    def press(self, said: Mapping[str, Any], /) -> Done:
        pauses.pause(user=self.user, today=self.today, **said)
        until: date = said["until"]
        return Done(f"Paused until {until.day} {until:%B %Y}. Nothing counts as late meanwhile.", {"paused": "0"})

    def take_back(self, _: Mapping[str, Any], /) -> str:
        pauses.resume(user=self.user, today=self.today)
        return "The pause is over. Your plan goes on from today."


class _Day(Act):
    heading, label = "Another day?", "Keep this day"
    sentence = "When would you like your weekly letter?"

    def form(self, data: Mapping[str, Any] | None = None) -> forms.Form:
        now = {"digest_weekday": self.preferences.digest_weekday, "digest_hour": self.preferences.digest_hour}
        return LetterDayForm(data, initial=now)

    def press(self, said: Mapping[str, Any], /) -> Done:
        before = {"digest_weekday": self.preferences.digest_weekday, "digest_hour": self.preferences.digest_hour}
        return Done(self._set(said), before)

    def take_back(self, data: Mapping[str, Any], /) -> str:
        form = self.form(data)
        if not form.is_valid():
            raise actions.RefusedError("That is no day of ours. Your settings offer them all.")
        return self._set(form.cleaned_data)

    def _set(self, said: Mapping[str, Any]) -> str:
        Preferences.objects.filter(user=self.user).update(**said, **REPLANNED)
        self.preferences.refresh_from_db()
        day = self.preferences.get_digest_weekday_display()
        return f"Your letter comes on {day}s at {said['digest_hour']}:00. {_next(self.preferences) or OFF}"


def _next(wishes: Preferences) -> str:
    """Say on which day the next letter comes; empty for somebody who gets none."""
    day = planner.next_letter_on(wishes.user_id, ledger.now())
    return f"The next one comes on {day:%A}, {day.day} {day:%B}." if day else ""


_ACTS: dict[Wish, type[Act]] = {
    Wish.DONE: _Tick,
    Wish.HOURS: _LogHours,
    Wish.SNOOZE: _Snooze,
    Wish.PAUSE: _Pause,
    Wish.DAY: _Day,
}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def button(request: HttpRequest, wish: str, token: str) -> HttpResponse:
    """GET shows the form; POST does it, or (`undo`) takes it back.

    A token that is not ours, or is about what is gone, is 404; one that is too old 410: each says what else helps.
    """
    try:
        act = _act(Wish(wish), token)
    except SignatureExpired:
        return _page(request, status=HTTPStatus.GONE, is_old=True)
    except (BadSignature, ValueError, Http404) as error:
        is_gone = isinstance(error, Http404)
        return render(request, "roadmap/incomplete_link.html", {"is_gone": is_gone}, status=HTTPStatus.NOT_FOUND)
    if request.method != "POST":
        return _page(request, act=act, done=act.already, form=act.form())
    try:
        return _pressed(request, act)
    except actions.RefusedError as error:
        return _page(request, status=HTTPStatus.CONFLICT, act=act, refused=str(error))


def _act(wish: Wish, token: str) -> Act:
    user_id, thing = opened(wish, token)
    user = User.objects.select_related("preferences").filter(pk=user_id, is_active=True).first()
    if user is None:
        raise SignatureExpired("The learner has left.")
    return _ACTS[wish](user, thing)


def _pressed(request: HttpRequest, act: Act) -> HttpResponse:
    presence.note(act.user.preferences)
    if "undo" in request.POST:
        return _page(request, act=act, done=Done(act.take_back(request.POST)))
    form = act.form(request.POST)
    if not form.is_valid():
        return _page(request, status=HTTPStatus.UNPROCESSABLE_ENTITY, act=act, form=form)
    return _page(request, act=act, done=act.press(form.cleaned_data))


def _page(request: HttpRequest, *, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> HttpResponse:
    return render(request, "roadmap/button.html", context, status=status)
