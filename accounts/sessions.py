"""Sessions that know whose they are: deleting a person, or moving them to a new address, ends theirs.

Also those in which somebody is only about to get in: waiting for a mailed code, or for the second factor.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.http import base36_to_int

# Where allauth notes for whom a visitor has asked to be let in.
PENDING = (
    ("account_login", "user_pk", base36_to_int),
    ("account_password_reset_verification", "user_id", int),
    ("account_email_verification_code", "user_id", int),
)


class Session(AbstractBaseSession):
    """A visitor's session, and whose it is once they have logged in or have asked to be let in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class SessionStore(DatabaseStore):
    """Django's store in the database, with the person of each row beside its opaque data."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id = data.get(SESSION_KEY) or _pending_user(data)
        return session


def _pending_user(data: dict[str, Any]) -> int | None:
    """Return the primary key of who is about to get in; None where nobody is, or nobody whom we know."""
    for name, field, parse in PENDING:
        if key := (data.get(name) or {}).get(field):
            return parse(key)
    return None


def end_waiting(user_id: int, *, but: str | None) -> None:
    """End the sessions in which somebody waits to be let in as this person: their code went to an older address."""
    for session in Session.objects.filter(user=user_id).exclude(session_key=but):
        if SESSION_KEY not in session.get_decoded():
            session.delete()
