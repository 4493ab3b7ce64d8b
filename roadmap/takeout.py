"""Everything that is held on one person: taken along as JSON, or erased.

A test walks all models that lead to a person and fails when one is neither exported nor erased.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.administrators import check_not_the_last
from accounts.models import Invitation, Preferences, User

from . import queries
from .figures import WEEKS_SHOWN, figures
from .models import Bounce, Brief, Digest, Edition, Enrolment, Suppression
from .planning import Situation
from .queries import OwnJourney

FORMAT = 1


def export(user: User) -> dict[str, Any]:
    """Return all rows about `user`, but for what would let a reader of the file in: password, keys, sessions."""
    addresses = _addresses(user)
    journeys = {journey.enrolment.pk: journey for journey in queries.journeys(user)}
    before = queries.a_week_ago(journeys.values())
    invitations = Invitation.objects.filter(Q(email__in=addresses) | Q(accepted_by=user) | Q(invited_by=user))
    return {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "exported_at": timezone.now(),
        "account": {
            **_rows(User.objects.filter(pk=user.pk), without={"password"})[0],
            "groups": list(user.groups.values_list("name", flat=True)),
            "permissions": list(user.user_permissions.values_list("codename", flat=True)),
        },
        "preferences": _rows(Preferences.objects.filter(user=user))[0],
        "pauses": _rows(user.pauses.all()),
        "email_addresses": _rows(EmailAddress.objects.filter(user=user)),
        "second_factors": _rows(Authenticator.objects.filter(user=user), without={"data"}),
        "sessions": _rows(user.sessions.all(), without={"session_key", "session_data"}),
        "enrolments": [
            _enrolment(row, journeys.get(row.pk), before.get(row.pk))
            for row in user.enrolments.select_related("roadmap")
        ],
        "digests": _rows(Digest.objects.filter(user=user)),
        "next_digest": _rows(Brief.objects.filter(user=user)),
        "suppressions": _rows(Suppression.objects.filter(address__in=addresses)),
        "bounces": _rows(Bounce.objects.filter(address__in=addresses)),
        "invitations": _rows(invitations),
        "editions_published": _rows(Edition.objects.filter(published_by=user), without={"document", "difference"}),
        "admin_log": _rows(LogEntry.objects.filter(Q(user=user) | Q(object_repr__in=addresses))),
    }


def as_json(data: dict[str, Any]) -> str:
    """Write an export down: readable, with letters as they are."""
    return json.dumps(data, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False) + "\n"


@transaction.atomic
def erase(user: User) -> None:
    """Delete a person and everything about them; what they published stays, without their name.

    No trace of the address remains, not even that it refused our mail: the next person to sign up with it has to
    confirm it first. The admin's log keeps what was done, not to whom. Raises ValidationError for the last
    administrator.
    """
    check_not_the_last(user)
    addresses = _addresses(user)
    LogEntry.objects.filter(object_repr__in=addresses).exclude(user=user).update(object_repr="a deleted person")
    Invitation.objects.filter(email__in=addresses).delete()
    Suppression.objects.filter(address__in=addresses).delete()
    Bounce.objects.filter(address__in=addresses).delete()
    _allow_erasing_events(allowed=True)
    user.delete()
    _allow_erasing_events(allowed=False)


def _allow_erasing_events(*, allowed: bool) -> None:
    """Tell the trigger on events that this transaction erases a person; it forgets at the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.erasing', %s, true)", ["on" if allowed else ""])


def _addresses(user: User) -> set[str]:
    return {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}


def _enrolment(enrolment: Enrolment, journey: OwnJourney | None, before: Situation | None) -> dict[str, Any]:
    """Return what somebody did on a roadmap; with it, while they follow it, where that brought them."""
    mine = {"enrolment_id"}
    return {
        "roadmap": enrolment.roadmap.slug,
        **_rows(Enrolment.objects.filter(pk=enrolment.pk))[0],
        "events": _rows(enrolment.events.order_by("id"), without=mine),
        "milestones": _rows(enrolment.progress.order_by("milestone"), without=mine),
        "choices": _rows(enrolment.choices.order_by("group"), without=mine),
        "standing": _standing(journey, before) if journey else None,
    }


def _standing(journey: OwnJourney, before: Situation | None) -> dict[str, Any]:
    """Return the plan in the form of `plan.json`, and each milestone on the path as it counts."""
    return {
        **figures(journey, before, weeks=WEEKS_SHOWN),
        "milestones": {milestone.slug: milestone.effective_state for milestone in journey.standing.path},
    }


def _rows(rows: QuerySet[Any], *, without: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return every column of `rows` but those named: a column added later is exported without being asked for."""
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.attname not in without]
    return list(rows.values(*columns))
