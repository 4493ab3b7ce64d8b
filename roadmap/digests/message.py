"""Messages for the wire: text and HTML, CRLF, 7-bit, with headers that nothing can break out of."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache

import css_inline
from django.conf import settings
from django.core.mail.message import sanitize_address

from .letter import clean

# Headers stay on one line each: a long link, folded, would be encoded, and no mail program would find it.
WIRE = SMTP.clone(max_line_length=998, cte_type="7bit")


def build(*, to: str, name: str, subject: str, text: str, html: str, now: datetime) -> EmailMessage:
    """Return a message from us to one address. The caller adds the Message-ID, stable from attempt to attempt."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender()
    mail["To"] = Address(display_name=clean(name), addr_spec=sanitize_address(to, "utf-8"))
    mail["Subject"] = clean(subject)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def wire_bytes(mail: EmailMessage) -> bytes:
    """Return the bytes that go to a server."""
    return mail.as_bytes(policy=WIRE)


def sender() -> Address:
    """Return whom our mails are from."""
    return _address(settings.DEFAULT_FROM_EMAIL)


@cache
def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=clean(name), addr_spec=sanitize_address(address, "utf-8"))


def inlined(html: str) -> str:
    """Return HTML with its styles in its elements, as mail programs want it; what is marked to stay stays."""
    return _inliner().inline(html)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)
