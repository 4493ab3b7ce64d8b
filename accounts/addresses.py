"""E-mail addresses in one canonical form: one mailbox, one spelling, one account.

Lower case, and the domain in ASCII (`xn--…`), as mail servers and browsers write it: where somebody types
`kim@bücher.de`, Chromium sends `kim@xn--bcher-kva.de`. Every door uses this one function.
"""

from __future__ import annotations

import string
import unicodedata

import idna

LONGEST = 320  # letters; whatever is longer is no address, and not worth the work
AROUND = string.whitespace + "\u00a0\u200b\u200e\u200f\u2060\u202a\u202c\u2066\u2069\ufeff"  # pasted along, unseen


def canonical_address(value: str) -> str:
    """Return an address in canonical form; what is no address comes back in lower case, for a validator to refuse."""
    address = value.strip(AROUND)
    if address.isascii() or "@" not in address or len(address) > LONGEST:
        return address.lower()
    local, _, domain = unicodedata.normalize("NFC", address).rpartition("@")
    return f"{local.lower()}@{_in_ascii(domain)}"


def _in_ascii(domain: str) -> str:
    """By the rules of today (IDNA 2008), else by those of before, under which domains with emoji live on."""
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        pass
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return domain.lower()


def readable_address(address: str) -> str:
    """Return an address as a person would write it, its domain in their own script."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{idna.decode(domain)}" if "xn--" in domain else address
    except idna.IDNAError:
        return address
