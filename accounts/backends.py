"""How a logged-in request finds its person."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser
from django.core.signing import Signer
from django.http import HttpRequest

from .addresses import canonical_address
from .models import User


class Backend(AuthenticationBackend):
    """allauth's log-in by e-mail; a request's person and preferences come in one query."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Whoever asks may spell the address as they like."""
        for name in {"email", "username"} & credentials.keys():
            credentials[name] = canonical_address(credentials[name] or "")
        user: User | None = super().authenticate(request, **credentials)
        return user

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("preferences").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


def person_of(request: HttpRequest) -> User:
    """Return who is logged in, for views that nobody else gets into."""
    assert isinstance(request.user, User)
    return request.user


def person_sign(user: User | AnonymousUser | str) -> str:
    """Return what a page carries to say whose it is: the same for a person always, and a riddle to everybody else.

    Empty without a session, and where a template has no user.
    """
    return Signer(salt="accounts.person").signature(str(user.pk)) if isinstance(user, User) else ""
