"""Inviting people, and their saying yes."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from . import links, mail
from .models import INVITATION_LIFETIME, Invitation, User

# The invitation that a visitor has opened and not yet signed up with.
SESSION_KEY = "invitation"
INVITED = "You get this mail because somebody invited this address."


def is_open(invitation: Invitation) -> bool:
    """Say whether it can still be accepted."""
    return invitation.accepted_at is None and invitation.expires_at > timezone.now()


def send(invitation: Invitation) -> None:
    """Mail the link, and let it live its full time from now. Raises `MailError`."""
    invitation.expires_at = timezone.now() + INVITATION_LIFETIME
    invitation.save(update_fields=["expires_at"])
    context = {"invitation": invitation, "link": links.invitation_url(invitation), "why": INVITED}
    mail.send(mail.compose("accounts/email/invitation", to=invitation.email, context=context))


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> Invitation:
    """Let `user` take the invitation: once, in time, and only with the invited address.

    Joining a group makes a person staff, since groups grant what is done in the admin.
    Raises ValidationError with the reason if it can't be taken.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("group").get(pk=invitation.pk)
    if not is_open(invitation):
        raise ValidationError("This invitation has been used or has expired.", code="closed")
    if user.email != invitation.email:
        raise ValidationError(f"This invitation is for {invitation.email}.", code="address")
    if invitation.group:
        user.groups.add(invitation.group)
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return invitation


def remember(request: HttpRequest, invitation: Invitation) -> None:
    """Keep the invitation for the sign-up that follows."""
    request.session[SESSION_KEY] = invitation.pk


def remembered(request: HttpRequest) -> Invitation | None:
    """Return the open invitation that this visitor came with."""
    pk = request.session.get(SESSION_KEY)
    invitation = Invitation.objects.filter(pk=pk).first() if pk else None
    return invitation if invitation and is_open(invitation) else None


def may_sign_up(invitation: Invitation | None) -> bool:
    """Say whether `SIGN_UP` lets a visitor in: with no invitation, a learner's, or one to a group of staff.

    `closed` means no new learners; whoever runs the site can still invite an editor.
    """
    if settings.SIGN_UP == "open":
        return True
    if invitation is None:
        return False
    return settings.SIGN_UP == "invitation" or invitation.group_id is not None
