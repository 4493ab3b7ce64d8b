"""The bytes on the wire: what is put together from pieces is what was meant."""

from __future__ import annotations

import email
import email.policy
import quopri
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.digests import message

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"))))
def test_pieces_encoded_one_by_one_are_the_text(pieces: list[str]) -> None:
    wire = b"".join(map(message.encoded, pieces))
    assert quopri.decodestring(wire.replace(b"\r\n", b"\n")).decode() == "".join(pieces)
    assert b"=_" not in wire
    assert all(len(line) <= 76 for line in wire.split(b"\r\n"))


def built(to: str = "ann@example.org", name: str = "Ann", subject: str = "Next: pots") -> EmailMessage:
    text, html = message.encoded("Grüße\n.\nFrom here\n"), message.encoded("<p>Grüße</p>")
    headers = {"Message-ID": "<1@example.org>", "List-Unsubscribe": f"<https://example.org/{'x' * 300}>"}
    raw = message.build(to=to, name=name, subject=subject, text=text, html=html, now=NOW, headers=headers)
    assert raw.isascii()
    parsed = email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def test_both_parts_come_out_as_they_went_in() -> None:
    text, html = (built().get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content() == "Grüße\n.\nFrom here\n"
    assert html.get_content() == "<p>Grüße</p>"


@pytest.mark.parametrize(
    "subject", ["Next: pots", "Nächstes: Töpfe", "🏺" * 60, "=?utf-8?q?x?= is code", "a" * 149, "x\r\nBcc: eve@e.org"]
)
def test_a_subject_says_what_it_said(subject: str) -> None:
    parsed = built(subject=subject)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize(
    "name", ["", "Ann", "Ann B. C.", 'A "the" B', "Žofie Ünal 🏺", "Ünal, Žofie <x@y.z>", "ü" * 20]
)
def test_a_name_stays_a_name(name: str) -> None:
    [address] = built(name=name)["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "ann@example.org")


def test_a_domain_beyond_ascii_is_written_in_its_ascii_form() -> None:
    assert built(to="ann@bücher.example")["To"].addresses[0].addr_spec == "ann@xn--bcher-kva.example"


def test_a_long_link_is_not_folded() -> None:
    assert built()["List-Unsubscribe"] == f"<https://example.org/{'x' * 300}>"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200))
def test_encoded_words_are_short_and_say_the_same(text: str) -> None:
    words = message._unstructured(text)
    assert words == text or str(make_header(decode_header(words))) == text
    assert words == text or all(len(word) <= 76 for word in words.split("\r\n"))
