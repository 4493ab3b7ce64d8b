"""What beat wakes about accounts."""

from __future__ import annotations

from celery import shared_task

from .sessions import SessionStore


@shared_task
def forget_sessions() -> None:
    """Delete sessions that have run out: nobody can use them, and they say who was here."""
    SessionStore.clear_expired()
