"""Why a person's settings have no effect just now, and what they can do about it: for the page where they are set."""

from __future__ import annotations

from datetime import date, datetime

from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notes import Note, Notes
from roadmap.models import Suppression

from . import planner, reach
from .reach import Reach

NOTHING_TO_PAUSE = {
    "not enrolled": "You follow no roadmap, so there is nothing to pause yet.",
    "roadmap withdrawn": "What you followed was withdrawn, so there is nothing to pause.",
    "all finished": "You have finished all that you follow: there is nothing left to pause.",
}
EMPTY_CALENDAR = "It stays empty until you follow a roadmap."
CHOOSE = {  # why there is nothing to write about, and what the link to all roadmaps is called
    "not enrolled": ("No letter comes yet: you follow no roadmap.", "Choose one"),
    "roadmap withdrawn": ("No letter comes: what you followed was withdrawn.", "Choose another roadmap"),
    "all finished": ("No more letters come: you have finished all that you follow.", "Look for another roadmap"),
}
UNVERIFIED = "No letter leaves: your address is not confirmed. Log out and in again, and we send you a code."
CAME_BACK = "they came back"
STOPPED = {
    Suppression.Reason.COMPLAINT: "one was reported as spam",
    Suppression.Reason.MANUAL: "whoever runs this site has stopped them",
}
# What stands in the way even of letters that are switched off: it would be found out only after switching them on.
ALWAYS_TOLD = {"unverified", "suppressed"}


def notes_for(user: User) -> Notes:
    """Return what to say beside a person's settings as they are now."""
    now = timezone.now()
    person = reach.of(user.pk, now)
    reasons = reach.reasons_against(person, now)
    wanted = [reason for reason in reasons if person.digest_enabled or reason in ALWAYS_TOLD]
    notes = [_note(reason, person, now) for reason in wanted]
    return Notes(
        letters=tuple(filter(None, notes)),
        pause=next((NOTHING_TO_PAUSE[reason] for reason in reasons if reason in NOTHING_TO_PAUSE), ""),
        calendar="" if person.is_enrolled else EMPTY_CALENDAR,
    )


def _note(reason: str, person: Reach, now: datetime) -> Note | None:
    """Return what to say of a reason; None for those that the page tells otherwise."""
    if reason in CHOOSE:
        text, label = CHOOSE[reason]
        return Note(text, reverse("roadmaps"), label)
    if reason == "unverified":
        return Note(UNVERIFIED)
    if reason == "suppressed":
        return _suppressed(Suppression.objects.get(address=person.address))
    if reason == "paused":
        day = _day(person.pause_ends_on(now))
        return Note(f"No letter comes before {day}, when your pause ends. Empty “Pause until” to end it today.")
    if reason == "first days":
        day = _day(planner.next_letter_on(person.user_id, now))
        return Note(f"The first letter comes on {day}: whoever has just begun knows what is next.")
    return None


def _suppressed(entry: Suppression) -> Note:
    until = f" before {_day(timezone.localdate(entry.until))}" if entry.until else ""
    why = STOPPED.get(Suppression.Reason(entry.reason), CAME_BACK)
    text = f"No letter leaves for {entry.address}{until}: {why}. They come again with another address."
    return Note(text, reverse("account_email"), "Change the address")


def _day(day: date | None) -> str:
    return format_date(day, "l, j F Y")
