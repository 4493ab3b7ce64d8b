"""What the settings page says of settings that can't take effect. What it knows of itself is in its form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .models import User


@dataclass(frozen=True)
class Note:
    """Why something has no effect, and the page where that can be helped, if there is one."""

    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Notes:
    """Notes on the letters; sentences on the pause and on the calendar, empty where they do what they say."""

    letters: tuple[Note, ...] = ()
    pause: str = ""
    calendar: str = ""


# Told by whoever knows what there is to write about: an app that this one knows nothing of.
NotesFor = Callable[[User], Notes]
