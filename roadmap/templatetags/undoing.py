"""What a message offers to take back."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse

from roadmap.models import Event, Roadmap

register = template.Library()


class Undo(NamedTuple):
    """Where an undo is posted to, and the name of the change that it takes back."""

    address: str
    change: str


def undo_tag(roadmap: Roadmap, events: tuple[Event, ...]) -> str:
    """Return the tag of a message that offers to take these events of one change back; empty where there are none."""
    return f"undo:{reverse('undo', args=[roadmap.slug])}#{events[0].change}" if events else ""


@register.filter
def undo(message: Message) -> Undo | None:
    """Return what a message offers to take back; None where it offers nothing."""
    kind, _, offer = (message.extra_tags or "").partition(":")
    address, _, change = offer.partition("#")
    return Undo(address, change) if kind == "undo" else None
