"""What a change was, in the words of the sentence that takes it back."""

from __future__ import annotations

from django import template

from roadmap.queries import Journey
from roadmap.views.words import changed

register = template.Library()


@register.filter
def last_change(journey: Journey) -> str:
    """Name the change that undo would take back; empty where there is none."""
    return changed(journey.document, journey.undoable) if journey.undoable else ""
