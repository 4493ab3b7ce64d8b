"""Logs say what was asked for, and never with a token that would let their reader ask for it as well."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import structlog
from django.core.signing import Signer
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import links
from accounts.models import Invitation, Preferences, User
from config import logs
from roadmap.digests import buttons
from roadmap.digests.buttons import Wish
from tests.processes import eventually
from tests.roadmap.digests.conftest import make_learner, make_roadmap

CLAY = ("pottery", "clay", "wedge")


def button(wish: Wish, ann: User) -> str:
    return buttons.url(wish, ann.pk, *(CLAY if wish in {Wish.DONE, Wish.HOURS} else ()))


KINDS: dict[str, Callable[[User], str]] = {
    "/calendar/<token>": links.calendar_url,
    "/invitations/<token>/": lambda _: links.invitation_url(Invitation.objects.create(email="eve@example.org")),
    "/digests/unsubscribe/<token>/": lambda ann: buttons.unsubscribe_url(ann.pk),
    **{f"/digests/{wish}/<token>/": partial(button, wish) for wish in Wish},
}
each_kind = pytest.mark.parametrize("shown", KINDS)


@pytest.fixture
def ann(db: None) -> User:
    user = make_learner(make_roadmap())
    Preferences.objects.filter(user=user).update(calendar_enabled=True)
    return user


@pytest.fixture
def told() -> Iterator[Callable[[], str]]:
    """What the log has said since: whole lines, as they reach standard error."""
    root = logging.getLogger()
    [handler] = [
        found
        for found in root.handlers
        if isinstance(found, logging.StreamHandler) and isinstance(found.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    stream, level = io.StringIO(), root.level
    before = handler.setStream(stream)
    root.setLevel(logging.INFO)
    yield stream.getvalue
    root.setLevel(level)
    handler.setStream(before)


def path_and_token(url: str) -> tuple[str, str]:
    path = url.removeprefix("http://waymark.test")
    return path, path.rstrip("/").rsplit("/", 1)[1].removesuffix(".ics")


def loggers(told: str, shown: str) -> set[str]:
    """Who named the link; every line is JSON."""
    return {line["logger"] for line in map(json.loads, told.splitlines()) if shown in json.dumps(line)}


@each_kind
def test_a_request_is_told_without_its_token(ann: User, told: Callable[[], str], shown: str) -> None:
    path, token = path_and_token(KINDS[shown](ann))
    assert Client().get(path).status_code == 200
    assert f"GET {shown}" in told()
    assert loggers(told(), shown) == {"django_structlog.middlewares.request"}
    assert token not in told()


@each_kind
@pytest.mark.parametrize("lost", ["a letter", "the ending"])
def test_a_link_that_lost_something_on_its_way_is_told_without_its_token(
    ann: User, told: Callable[[], str], shown: str, lost: str
) -> None:
    """What is left is as good as a token, or one; Django tells that it is not found, or leads to the whole address."""
    path, token = path_and_token(KINDS[shown](ann))
    left = token[:-1] if lost == "a letter" else token
    Client().get(path.replace(token, left) if lost == "a letter" else path.rstrip("/").removesuffix(".ics"))
    assert "django_structlog.middlewares.request" in loggers(told(), shown.rstrip("/"))
    Client().put(path)
    assert "django.request" in loggers(told(), shown)
    assert left not in told()


@each_kind
def test_a_failure_is_told_without_its_token(
    ann: User, told: Callable[[], str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice: by Django, and with the traceback."""
    path, token = path_and_token(KINDS[shown](ann))
    monkeypatch.setattr(Signer, "unsign", lambda _, signed, **__: 1 / len(signed[:0]))
    assert Client(raise_request_exception=False).get(path).status_code == 500
    assert loggers(told(), shown) == {"django_structlog.middlewares.request", "django.request"}
    assert "request_failed" in told()
    assert "ZeroDivisionError" in told()
    assert f"Internal Server Error: {shown}" in told()
    assert token not in told()


def test_a_forged_request_is_told_without_its_token(ann: User, told: Callable[[], str]) -> None:
    path, token = path_and_token(KINDS["/invitations/<token>/"](ann))
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert "django.security.csrf" in loggers(told(), "/invitations/<token>/")
    assert token not in told()


def test_a_page_that_one_comes_from_is_told_without_its_token(ann: User, told: Callable[[], str]) -> None:
    """Who is invited and has an account logs in first; the way back stands in the address, quoted."""
    path, token = path_and_token(links.invitation_url(Invitation.objects.create(email=ann.email)))
    assert "%2Finvitations%2F" in Client().post(path)["Location"]
    Client().post(path, follow=True)
    assert "GET /accounts/login/?next=%2Finvitations%2F<token>" in told()
    assert token not in told()


@each_kind
@pytest.mark.parametrize(
    "logger", ["django.request", "django.server", "gunicorn.error", "gunicorn.access", "celery", "x"]
)
def test_whoever_names_a_link_names_no_token(ann: User, told: Callable[[], str], shown: str, logger: str) -> None:
    """In the message, as an argument, at any depth of a value, in a traceback, in an object's own words."""
    url = KINDS[shown](ann)
    _, token = path_and_token(url)
    plain, structured = logging.getLogger(logger), structlog.get_logger(logger)
    plain.error("GET %s HTTP/1.1", url)
    plain.error(f'"{url}"')
    structured.error("asked", request=url, parts={"of": [url, {"it": url}]}, error=ValueError(url), text=f"'{url}?a=b'")
    try:
        raise ValueError(url)
    except ValueError:
        plain.exception("failed")
        structured.exception("failed")
    lines = [json.loads(line) for line in told().splitlines()]
    assert [shown in json.dumps(line) for line in lines] == [True] * 5
    assert lines[2]["parts"] == {"of": [f"http://waymark.test{shown}", {"it": f"http://waymark.test{shown}"}]}
    assert lines[2]["text"] == f"'http://waymark.test{shown}?a=b'"
    assert token not in told()


@pytest.mark.parametrize(
    "path",
    [
        "/digests/preview/",
        "/digests/preview/html/",
        "/settings/calendar/",
        "/roadmaps/pottery/plan.json",
        "/roadmaps/pottery/milestones/clay/",
        "/schemas/roadmap-1.json",
        "/static/css/site.8b1a.css",
    ],
)
def test_other_addresses_stay_as_they_are(path: str) -> None:
    assert logs.mask(f"GET {path}?page=1.5") == f"GET {path}?page=1.5"


def routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for part in resolver.url_patterns:
        route = before + str(part.pattern)
        if isinstance(part, URLPattern):
            yield route
        else:
            yield from routes(part, route)


def test_every_address_with_a_token_is_known() -> None:
    """A new kind of link fails here until `config.logs` and the proxy know it."""
    found = [route for route in routes(get_resolver()) if "token>" in route]
    assert len(found) == 4
    for route in found:
        path = re.sub(r"<\w+:token>", "5~a-b.1tZ4xK.wQ_-x", route).replace("<slug:wish>", "done")
        assert "wQ_-x" in path
        assert "<token>" in logs.mask(path)
        assert "wQ_-x" not in logs.mask(path)


def test_the_proxy_masks_the_same(repository: Path) -> None:
    """In the address, in the page that one comes from, and in the one that one is sent to."""
    text = (repository / "deploy/Caddyfile").read_text()
    masked = re.findall(r"^\t\t(\S+) regexp `(.*)` `\$1<token>`$", text, re.MULTILINE)
    fields = ("request>uri", "request>headers>Referer", "resp_headers>Location")
    assert masked == [(field, logs.TOKEN.pattern) for field in fields]
    assert text.count("\tlog {\n\t\timport masked\n\t}\n") == text.count("log {") == 2


def test_gunicorn_tells_no_token(repository: Path, tmp_path: Path) -> None:
    """Nor where it is itself who answers, nor in the access log that an operator asks it for."""
    words = ("--config", "python:config.gunicorn", "--bind", "127.0.0.1:0", "--access-logfile", "-", "--workers", "1")
    said = tmp_path / "log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", *words],
            cwd=repository,
            env={**os.environ, "LOG_LEVEL": "INFO"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        assert eventually(lambda: re.search(r"Listening at: \S+:\d+", said.read_text()) is not None, seconds=30)
        [port] = re.findall(r"Listening at: \S+:(\d+)", said.read_text())
        for line in ("GET /digests/done/5.1tZ4xK.wQ_-x/ HTTP/1.1\r\nHost: localhost", "GET /calendar/5-1.wQ_-x.ics"):
            with socket.create_connection(("127.0.0.1", int(port)), timeout=30) as asking:
                asking.sendall(f"{line}\r\nConnection: close\r\n\r\n".encode())
                assert asking.recv(100).startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    finally:
        process.terminate()
        process.wait(30)
    told = said.read_text()
    assert loggers(told, "/digests/done/<token>/") >= {"django_structlog.middlewares.request", "gunicorn.access"}
    assert loggers(told, "/calendar/<token>") >= {"gunicorn.error"}
    assert "wQ_-x" not in told
