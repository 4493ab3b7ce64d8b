"""From a mail provider's signed webhook to events; django-anymail knows how each one signs, and what it calls things.

Mail itself goes out by SMTP, whoever the provider is. Only providers whose webhooks are signed are taken; what anymail
would send as Django signals is asked of its views directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts.addresses import canonical_address

from .feedback import Event, News
from .letter import clean

# The package is imported when a provider is set: most installations have none, and it brings an HTTP client along.
VIEWS = {
    "mailgun": ("anymail.webhooks.mailgun.MailgunTrackingWebhookView", "webhook_signing_key"),
    "mailersend": ("anymail.webhooks.mailersend.MailerSendTrackingWebhookView", "signing_secret"),
    "mandrill": ("anymail.webhooks.mandrill.MandrillCombinedWebhookView", "webhook_key"),
}
# What a body that is signed, or pretends to be, can make its reader raise.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    OSError,
)
KINDS = {
    "delivered": News.DELIVERED,
    "bounced": News.SOFT,
    "failed": News.SOFT,
    "rejected": News.HARD,
    "complained": News.COMPLAINT,
    "unsubscribed": News.COMPLAINT,  # by the provider's own link: they want no more, which is all that counts here
}
GONE = {"bounced", "invalid"}  # reasons for which the address, not the moment, is to blame


def events(request: HttpRequest, now: datetime) -> list[Event]:
    """Return what a request of the provider tells; `BadRequest` where its signature or its form is wrong."""
    path, key = VIEWS[settings.MAIL_PROVIDER]
    reader = import_string(path)(**{key: settings.MAIL_PROVIDER_KEY})
    try:
        reader.run_validators(request)
        return list(_events(reader.parse_events(request), now))
    except UNREADABLE as error:
        raise BadRequest(f"Not a webhook of {settings.MAIL_PROVIDER}") from error


def _events(found: Any, now: datetime) -> Iterator[Event]:
    """Yield what concerns us: not who opened a mail, nor what is put off."""
    for event in found:
        news = KINDS.get(event.event_type)
        address = canonical_address(str(event.recipient or ""))
        if news is None or not _is_address(address):
            continue
        if news is News.SOFT and event.reject_reason in GONE:
            news = News.HARD
        at = event.timestamp or now
        message_id = clean(str(event.message_id or ""))
        yield Event(
            provider=settings.MAIL_PROVIDER,
            key=clean(str(event.event_id or (event.event_type, message_id, address, at.isoformat()))),
            news=news,
            address=address,
            message_id=message_id,
            at=at,
            detail=clean(str(event.mta_response or event.description or ""))[:500],
        )


def _is_address(text: str) -> bool:
    if not text.isprintable():  # the validator lets half characters through, which no database takes
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
