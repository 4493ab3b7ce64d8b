"""What operators do for learners who can't help themselves: a new address, a lost second factor.

Each ends all that is open in the person's name, and is told by mail: neither can be done to somebody in secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from . import links, mail
from .models import User

if TYPE_CHECKING:
    Actor = User | AnonymousUser

PERMISSION = "accounts.support_learners"
STALE = "The address has changed since this page was opened. Look again, then decide."
TAKEN = "Another account has this address."
ENTERED = "You get this mail because this address was entered for an account there."
SAME = "This is their address already."


def people_for(actor: Actor) -> QuerySet[User]:
    """Return whom somebody may look at and help: superusers everybody, operators only those without rights."""
    if actor.is_superuser:
        return User.objects.all()
    if actor.has_perm(PERMISSION):
        return User.objects.filter(is_staff=False, is_superuser=False)
    return User.objects.none()


def may_see(actor: Actor, person: User | None = None) -> bool:
    """Say whether somebody may look at a person, or without one, at people at all."""
    if actor.is_superuser:
        return True
    return actor.has_perm(PERMISSION) and not (person and (person.is_staff or person.is_superuser))


def may_help(actor: Actor, person: User | None = None) -> bool:
    """Say whether somebody may act for a person; for themselves they do it in their own settings."""
    return may_see(actor, person) and person != actor


def move(*, person: User, shown: str, to: str) -> bool:
    """Give a person another address, which counts as confirmed; nothing that the old one asked for opens any more.

    `shown` is the address that was seen when this was decided. Returns whether anything changed: the same move, sent
    twice, is made once. Raises ValidationError where the address is another one since, or where somebody else has the
    new one.
    """
    try:
        with transaction.atomic():
            return _move(person.pk, shown, to)
    except IntegrityError:  # signed up with in this very moment
        raise ValidationError({"email": TAKEN}) from None


def _move(key: int, shown: str, to: str) -> bool:
    person = User.objects.select_for_update().get(pk=key)
    if person.email == to != shown:
        return False
    if person.email != shown:
        raise ValidationError(STALE, code="stale")
    if person.email == to:
        raise ValidationError({"email": SAME})
    if _others_with(to, key):
        raise ValidationError({"email": TAKEN})
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=to, verified=True, primary=True)
    person.email = to
    person.save(update_fields=["email"])
    end_sessions(person)
    _rename_in_log(person)
    return True


def _others_with(address: str, key: int) -> bool:
    users = User.objects.filter(email=address).exclude(pk=key)
    return users.exists() or EmailAddress.objects.filter(email__iexact=address).exclude(user=key).exists()


def _rename_in_log(person: User) -> None:
    """Let no old address stay behind in the admin's log, where nobody would find it to erase it."""
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id=str(person.pk)).update(object_repr=str(person))


@transaction.atomic
def reset_second_factor(*, person: User) -> bool:
    """Take off a second factor and its recovery codes; return whether there was one.

    The password alone opens the account from now on.
    """
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        end_sessions(person)
    return bool(removed)


def end_sessions(person: User) -> None:
    """End every log-in of a person, and every one that waits for a code."""
    person.sessions.all().delete()


def tell_of_move(*, person: User, before: str) -> list[str]:
    """Mail both addresses; return those to which the mail could not be sent."""
    context = {"before": before, "after": person.email, **_ways_in()}
    letters = {before: "accounts/email/moved_away", person.email: "accounts/email/moved_here"}
    whys = {person.email: ENTERED}
    return [
        address
        for address, template in letters.items()
        if not _sent(template, address, {**context, "why": whys.get(address, "")})
    ]


def tell_of_reset(*, person: User) -> list[str]:
    """Mail the person; return their address if the mail could not be sent."""
    return [] if _sent("accounts/email/second_factor_reset", person.email, _ways_in()) else [person.email]


def _ways_in() -> dict[str, str]:
    return {
        "login_url": links.absolute(reverse("account_login")),
        "password_reset_url": links.absolute(reverse("account_reset_password")),
    }


def _sent(template: str, address: str, context: dict[str, str]) -> bool:
    try:
        mail.send(mail.compose(template, to=address, context=context))
    except mail.MailError:
        return False
    return True
