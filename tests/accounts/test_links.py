"""Signed links."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.utils import timezone

from accounts import links
from accounts.models import User


def test_a_token_opens_one_purpose_only() -> None:
    token = links.sign(purpose="unsubscribe", value="7")
    assert links.unsign(token, purpose="unsubscribe") == "7"
    with pytest.raises(BadSignature):
        links.unsign(token, purpose="invitation")


@pytest.mark.parametrize(
    "change", [lambda t: "8" + t[1:], lambda t: t[:-1], lambda t: t + "x", lambda _: "7", lambda _: ""]
)
def test_a_tampered_token_is_refused(change) -> None:
    with pytest.raises(BadSignature):
        links.unsign(change(links.sign(purpose="unsubscribe", value="7")), purpose="unsubscribe")


def test_a_token_grows_as_old_as_its_reader_allows() -> None:
    token = links.sign(purpose="calendar", value="7")
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        assert links.unsign(token, purpose="calendar") == "7"
        with pytest.raises(SignatureExpired):
            links.unsign(token, purpose="calendar", within=timedelta(days=1))


@pytest.mark.django_db
def test_the_link_in_a_letter_knows_its_reader_until_they_leave(ann: User) -> None:
    token = links.unsubscribe_token(ann)
    assert links.user_for(token) == ann
    ann.delete()
    assert links.user_for(token) is None


def test_a_signature_is_djangos_own() -> None:
    """It is only worked out faster: both read each other's."""
    djangos = TimestampSigner(salt="waymark.letter.done", sep=".")
    assert djangos.unsign(links.sign(purpose="letter.done", value="1~road~ü")) == "1~road~ü"
    assert links.unsign(djangos.sign("1~road~ü"), purpose="letter.done") == "1~road~ü"
