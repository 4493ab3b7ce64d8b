"""The mail provider's webhook: signed as each provider signs, replayed, forged, garbled."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client

from roadmap.models import Bounce, Suppression

pytestmark = pytest.mark.django_db
KEY = "a key for signing webhooks"
MAILGUN = "/anymail/mailgun/tracking/"


@pytest.fixture
def mailgun(settings) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_KEY = "mailgun", KEY


def mailgun_body(event: str = "failed", *, key: str = KEY, token: str = "t" * 50, **data: Any) -> dict[str, Any]:
    """An event as Mailgun posts it."""
    now = str(time.time())
    signature = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": now, "token": token, "signature": signature},
        "event-data": {
            "event": event,
            "timestamp": float(now),
            "recipient": "Ann@Example.org",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
            "message": {"headers": {"message-id": "digest.1@waymark.test"}},
            **data,
        },
    }


def post(body: Any, path: str = MAILGUN, **headers: str) -> int:
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    return client.post(path, body, content_type="application/json", headers=headers).status_code


def test_a_bounce_is_counted(mailgun: None) -> None:
    assert post(mailgun_body()) == 200
    found = Bounce.objects.get()
    assert (found.address, found.kind, found.detail) == ("ann@example.org", "hard", "5.1.1 no such user")


def test_an_address_is_counted_in_its_canonical_form_however_it_is_spelled(mailgun: None) -> None:
    """Case 17."""
    assert post(mailgun_body(recipient="Kim@Bücher-Test.example")) == 200
    assert Bounce.objects.get().address == "kim@xn--bcher-test-9db.example"


def test_a_replayed_request_is_counted_once(mailgun: None) -> None:
    body = mailgun_body()
    assert [post(body) for _ in range(3)] == [200, 200, 200]
    assert Bounce.objects.count() == 1


def test_a_complaint_stops_digests_at_once(mailgun: None) -> None:
    assert post(mailgun_body("complained")) == 200
    assert Suppression.objects.get().reason == "complaint"


@pytest.mark.parametrize(
    "data",
    [{"event": "opened"}, {"event": "delivered"}, {"severity": "temporary"}, {"recipient": "nobody"}],
    ids=["opened", "delivered", "deferred", "no address"],
)
def test_what_does_not_concern_us_is_taken_and_forgotten(mailgun: None, data: dict[str, Any]) -> None:
    assert post(mailgun_body(**data)) == 200
    assert not Bounce.objects.exists()


def test_mailersend(settings) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_KEY = "mailersend", KEY
    body = json.dumps(
        {
            "type": "activity.hard_bounced",
            "webhook_id": "w",
            "data": {
                "id": "1",
                "type": "hard_bounced",
                "created_at": "2099-01-01T00:00:00Z",
                "email": {"recipient": {"email": "ann@example.org"}, "message": {"id": "m"}},
                "morph": {"reason": "no such user"},
            },
        }
    )
    signature = hmac.new(KEY.encode(), body.encode(), hashlib.sha256).hexdigest()
    assert post(body, "/anymail/mailersend/tracking/", Signature=signature) == 200
    assert post(body, "/anymail/mailersend/tracking/", Signature="0" * 64) == 400
    assert Bounce.objects.get().address == "ann@example.org"


def test_mandrill(settings) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_KEY = "mandrill", KEY
    told = [{"event": "spam", "_id": "1", "ts": int(time.time()), "msg": {"_id": "m", "email": "ann@example.org"}}]
    form, path = {"mandrill_events": json.dumps(told)}, "/anymail/mandrill/tracking/"
    signed = f"http://testserver{path}mandrill_events{form['mandrill_events']}".encode()
    settings.ALLOWED_HOSTS = ["testserver"]
    signature = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha1).digest()).decode()
    assert Client().post(path, form, headers={"X-Mandrill-Signature": signature}).status_code == 200
    assert Client().post(path, form, headers={"X-Mandrill-Signature": "x"}).status_code == 400
    assert Suppression.objects.get().reason == "complaint"


GARBLED = {
    "forged": mailgun_body(key="another key"),
    "unsigned": {"event-data": {"event": "complained", "recipient": "ann@example.org"}},
    "no JSON": "{",
    "a list": [],
    "a signature that is none": {"signature": 7},
    "a number for a signature": {"signature": {"timestamp": 1, "token": 2, "signature": 3}},
    "nothing": "",
    "half a character": '{"signature": {"timestamp": "1", "token": "\\ud800", "signature": "x"}}',
    "deep": '{"signature":' + "[" * 100_000,
}


@pytest.mark.parametrize("name", GARBLED)
def test_what_the_provider_did_not_sign_is_refused(mailgun: None, name: str) -> None:
    assert post(GARBLED[name]) == 400
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"event-data": {}},
        {"event-data": []},
        {"event-data": {"event": "failed", "recipient": "ann@example.org", "timestamp": 1e300}},
        {"event-data": {"event": "failed", "recipient": "ann@example.org", "timestamp": "soon"}},
    ],
)
def test_what_is_signed_and_garbled_is_refused_too(mailgun: None, data: dict[str, Any]) -> None:
    assert post({**mailgun_body(), **data}) == 400


def test_odd_characters_do_no_harm(mailgun: None) -> None:
    assert post(json.dumps(mailgun_body(recipient="ann\ud800@example.org"))) == 200
    assert not Bounce.objects.exists()
    status = {"message": "550 \x00\ud800 no"}
    assert post(json.dumps(mailgun_body(token="\u00e9" * 9, **{"delivery-status": status}))) in {200, 400}


def test_nobody_listens_unless_a_provider_is_set(client: Client) -> None:
    assert client.post(MAILGUN).status_code == 404


def test_only_ours_is_listened_to(mailgun: None) -> None:
    assert post({}, "/anymail/mandrill/tracking/") == 404


def test_a_look_is_answered_and_reading_is_not_offered(client: Client, mailgun: None) -> None:
    assert client.head(MAILGUN).status_code == 200
    assert client.get(MAILGUN).status_code == 405
