"""Signs of life: who visited us, or used a button in a letter, and when last.

Whoever has been silent for weeks gets one question and then no more letters until they are back, so a visit has to be
remembered. The day is enough, and it is written once a day.
"""

from __future__ import annotations

from .models import Preferences, utc_today


def note(preferences: Preferences) -> None:
    """Remember that this person was here today; costs a query on the first occasion of a day, and none after it."""
    today = utc_today()
    if preferences.last_seen_on < today:
        Preferences.objects.filter(pk=preferences.pk, last_seen_on__lt=today).update(last_seen_on=today)
        preferences.last_seen_on = today
