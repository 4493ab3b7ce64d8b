"""Signed links: each opens one thing, for one purpose, and nothing else.

A token is `<value>.<time>.<signature>`; the signature covers the purpose, so that a link to stop mails never opens an
invitation. Whoever reads a token says how old it may be.
"""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner, b62_encode
from django.urls import reverse

from .models import Invitation, User

SEPARATOR = "."
UNSUBSCRIBE = "unsubscribe"


def sign(*, purpose: str, value: str) -> str:
    """Return a token that `unsign` with the same purpose turns back into `value`."""
    return _signer(purpose, settings.SECRET_KEY).sign(value)


def unsign(token: str, *, purpose: str, within: timedelta | None = None) -> str:
    """Return the signed value, at any age or only `within` a time.

    Raises `BadSignature` for a token that we did not issue, and its child `SignatureExpired` for one that is too old.
    """
    return _signer(purpose, settings.SECRET_KEY).unsign(token, max_age=within)


@lru_cache(maxsize=32)
def _signer(purpose: str, key: str) -> TimestampSigner:
    return _Signer(key, f"waymark.{purpose}")


class _Signer(TimestampSigner):
    """Django's signer, which works out its key once: a letter has up to ten links."""

    def __init__(self, key: str, salt: str) -> None:
        super().__init__(key=key, salt=salt, sep=SEPARATOR)
        # As `salted_hmac` does, which a test holds.
        self._derived = sha256(f"{salt}signer{key}".encode()).digest()

    def timestamp(self) -> str:
        return _in_letters(int(time.time()))

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        if key is not None:
            return super().signature(value, key)
        digest = hmac.digest(self._derived, value.encode() if isinstance(value, str) else value, "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


_in_letters = lru_cache(maxsize=2)(b62_encode)  # a moment is asked for as often as links are signed within a second


def absolute(path: str) -> str:
    """Return `path` on the site's own address, whatever host a request named."""
    return settings.SITE_URL + path


def unsubscribe_token(user: User) -> str:
    """Return the token that stops a person's weekly letter; it works for as long as an old letter may be read."""
    return sign(purpose=UNSUBSCRIBE, value=str(user.pk))


def user_for(token: str) -> User | None:
    """Return whom `unsubscribe_token` was made for, or None if they have left since.

    Raises `BadSignature` for a token that we did not issue.
    """
    return User.objects.select_related("preferences").filter(pk=unsign(token, purpose=UNSUBSCRIBE)).first()


def invitation_url(invitation: Invitation) -> str:
    """Return the address that the invited person opens. Its expiry is the invitation's own."""
    token = sign(purpose="invitation", value=str(invitation.pk))
    return absolute(reverse("invitation", args=[token]))


def invitation_for(token: str) -> Invitation | None:
    """Return the invitation of a link, or None if it was withdrawn. Raises `BadSignature` for a foreign token."""
    pk = unsign(token, purpose="invitation")
    return Invitation.objects.select_related("group", "invited_by").filter(pk=pk).first()


def calendar_url(user: User) -> str:
    """Return the secret address of a person's calendar feed; it stays the same until they revoke it."""
    value = f"{user.pk}-{user.preferences.calendar_serial}"
    return absolute(reverse("calendar", args=[_calendar_signer().sign(value)]))


def calendar_user(token: str) -> User:
    """Return whose calendar feed `token` opens. Raises `BadSignature` where we did not issue it, or it was revoked."""
    pk, _, serial = _calendar_signer().unsign(token).partition("-")
    found = User.objects.select_related("preferences").filter(
        pk=pk, is_active=True, preferences__calendar_enabled=True, preferences__calendar_serial=serial
    )
    if (user := found.first()) is None:
        raise BadSignature("revoked")
    return user


def _calendar_signer() -> Signer:
    return Signer(salt="waymark.calendar", sep=SEPARATOR)
