"""`manage.py grant_access EMAIL`: the way in for whoever runs the site when nobody else can open the door."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts import links, second_factor, support
from accounts.addresses import canonical_address
from accounts.administrators import make_administrator
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Make somebody an administrator: an existing account, or a new one with a password that is shown once. "
        "For when no administrator is left, or the last one has lost their password or second factor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--new-password", action="store_true", help="give a new password, and show it once")
        parser.add_argument("--reset-second-factor", action="store_true", help="take off a lost second factor")

    def handle(self, *_: Any, email: str, new_password: bool, reset_second_factor: bool, **__: Any) -> None:
        with transaction.atomic():
            user, is_new = _person(email)
            password = secrets.token_urlsafe(12) if new_password or is_new else ""
            if password:
                user.set_password(password)
                user.save(update_fields=["password"])
                support.end_sessions(user)
            make_administrator(user)
            was_reset = reset_second_factor and support.reset_second_factor(person=user)
        if was_reset and support.tell_of_reset(person=user):
            self.stderr.write(self.style.WARNING(f"The mail to {user.email} could not be sent."))
        self._tell(user, password)

    def _tell(self, user: User, password: str) -> None:
        shown = f", password {password} (shown only now)" if password else ""
        self.stdout.write(f"Administrator: {user.email}{shown}")
        then = " You will be asked to set up a second factor first." if second_factor.is_missing(user) else ""
        self.stdout.write(f"Log in at {links.absolute('/admin/')}.{then}")


def _person(email: str) -> tuple[User, bool]:
    """Return whose address this is, and whether they are new."""
    address = canonical_address(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise CommandError(f"{email!r} is not an e-mail address.") from error
    if user := User.objects.select_for_update().filter(email=address).first():
        return user, False
    if other := EmailAddress.objects.filter(email__iexact=address).select_related("user").first():
        raise CommandError(f"{address} belongs to the account {other.user}. Name that one, or another address.")
    return User.objects.create_user(address), True
