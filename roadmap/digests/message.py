"""Messages for the wire: text and HTML, CRLF, 7-bit, with headers that nothing can break out of."""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache

import css_inline
from django.conf import settings
from django.core.mail.message import sanitize_address

from .letter import clean

# No quoted-printable text holds "=_", so no content can be taken for it (RFC 2045, 6.7); and a preview is the mail.
BOUNDARY = "=_waymark"
_AS_IT_IS = re.compile("[!-<>-~]+")  # a link, a figure: every character is written as it is (RFC 2045, 6.7)
WORD_BYTES = 45  # make 60 characters of base64; an encoded word has 75 at most, the marks around it included
_PART = f'--{BOUNDARY}\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_TEXT, _HTML = (_PART % "plain").encode(), b"\r\n" + (_PART % "html").encode()
_END = f"\r\n--{BOUNDARY}--\r\n".encode()


def build(
    *, to: str, name: str, subject: str, text: bytes, html: bytes, now: datetime, headers: Mapping[str, str]
) -> bytes:
    """Return the bytes of a message from us to one address; `text` and `html` come from `encoded`.

    `headers` are ours: ASCII, each on one line, for a long link that is folded would be found by no mail program.
    The Message-ID is among them: it stays the same from attempt to attempt.
    """
    lines = {
        "From": _mailbox(sender().display_name, sender().addr_spec),
        "To": _mailbox(clean(name), to),
        "Subject": _unstructured(clean(subject)),
        "Date": _date(now),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **headers,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"',
    }
    head = "".join([f"{field}: {value}\r\n" for field, value in lines.items()]) + "\r\n"
    return b"".join((head.encode("ascii"), _TEXT, text, _HTML, html, _END))


def encoded(text: str) -> bytes:
    """Return text in quoted-printable, with the wire's line ends.

    What doesn't end a line ends in a soft break, so pieces that are encoded one by one may be put together.
    """
    if _AS_IT_IS.fullmatch(text):
        return b"=\r\n".join([text[start : start + 75].encode() for start in range(0, len(text), 75)]) + b"=\r\n"
    # The last line must have room for the "=", so a letter is encoded behind it and taken off again.
    is_whole = not text or text.endswith("\n")
    lines = binascii.b2a_qp((text if is_whole else text + "x").encode(), istext=True)
    if not is_whole:
        lines = lines[:-1] if lines.endswith(b"=\nx") else lines[:-1] + b"=\n"
    return lines.replace(b"\n", b"\r\n")


def sender() -> Address:
    """Return whom our mails are from."""
    return _address(settings.DEFAULT_FROM_EMAIL)


@cache
def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=clean(name), addr_spec=sanitize_address(address, "utf-8"))


@lru_cache(maxsize=8)
def _date(now: datetime) -> str:
    return format_datetime(now)


def _mailbox(name: str, address: str) -> str:
    ascii_address = address if address.isascii() else sanitize_address(address, "utf-8")
    if name.isascii():
        return formataddr((name, ascii_address))
    return f"{_unstructured(name)} <{ascii_address}>"


def _unstructured(text: str) -> str:
    """Return text as a header's value: as it is where it is ASCII, in encoded words otherwise (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    words, start = [], 0
    while start < len(text):
        end = min(start + WORD_BYTES, len(text))
        while len(piece := text[start:end].encode()) > WORD_BYTES:
            end -= max(1, (len(piece) - WORD_BYTES) // 4)
        words.append(f"=?utf-8?b?{b64encode(piece).decode()}?=")
        start = end
    return "\r\n ".join(words)


def inlined(html: str) -> str:
    """Return HTML with its styles in its elements, as mail programs want it; what is marked to stay stays."""
    return _inliner().inline(html)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)
