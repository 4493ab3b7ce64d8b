"""Requests that no page can make sense of are answered in our voice, whatever they were meant for."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

FORM = "application/x-www-form-urlencoded"
BODIES = {
    "another charset": (b"a=1", f"{FORM}; charset=utf-7"),
    "a charset that is none": (b"a=%FF", f"{FORM}; charset=none"),
    "no boundary": (b"a=1", "multipart/form-data"),
    "an impossible boundary": (b"a=1", f"multipart/form-data; boundary={'x' * 300}"),
    "half a part": (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    "no form": (b'{"a": 1}', "application/json"),
    "1,001 fields": ("&".join(f"a{n}=1" for n in range(1_001)).encode(), FORM),
    "4 MB": (b"a=" + b"1" * 4_000_000, FORM),
    "NUL": (b"a=%00&login=%00&email=%00&password=%00", FORM),
    "half a character": (b"login=%ED%A0%80&email=%ED%A0%80&password=%ED%A0%80", FORM),
}
PLACES = {
    "/accounts/login/": {400, 403},
    "/accounts/signup/": {400, 403},
    "/accounts/password/reset/": {400, 403},
    "/settings/": {400, 403},
    "/account/delete/": {400, 403},
    "/roadmaps/none/enrol/": {400, 403},
    "/admin/login/": {400, 403},
    "/digests/unsubscribe/none/": {404, 400},
    "/no/such/page/": {404, 400},
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", PLACES)
def test_a_body_that_cannot_be_read_is_refused(db: None, path: str, name: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(User.objects.create_user("ann@example.org"))
    client.cookies["csrftoken"] = "a" * 32  # without one the body is not even looked at
    body, kind = BODIES[name]
    response = client.generic("POST", path, body, content_type=kind)
    assert response.status_code in PLACES[path]
    assert "<h1>" in response.text


@pytest.mark.parametrize("host", ["evil.org", "waymark.test@evil.org", "waymark.test.evil.org", "a b", ""])
def test_a_foreign_host_is_refused_and_not_repeated(db: None, host: str) -> None:
    response = Client(raise_request_exception=False).get("/accounts/password/reset/", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.text


@pytest.mark.parametrize("path", ["/", "/plan/", "/no/such/page/", "/healthz", "/accounts/login/", "/admin/login/"])
def test_every_answer_forbids_inline_code(db: None, path: str) -> None:
    policy = Client().get(path, follow=True)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
