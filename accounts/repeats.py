"""The same form, sent twice, is answered once: a double click on Confirm leads where one click does.

The second of two requests comes with the cookies of a session that the first has ended, and with a code or a password
that the first has used up. So requests of one browser about its account wait for each other, and one that says what the
last one said gets the very answer of the last one, with its cookies. It is no way in for anybody else: it takes the
browser's cookie from before and the same code or password, and another form makes the answer forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie

from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import TimeoutError as RedisTimeout

Answer = Callable[[HttpRequest], HttpResponse]

PATHS = ("/accounts/", "/invitations/", "/account/delete/")
REMEMBERED = 30  # seconds
LONGEST_WAIT = "10s"
# A form with one of these means the same whenever it is sent; any other is the same only where its page is, which the
# token tells: each time that a page is shown its token is masked anew.
SECRETS = frozenset({"code", "password", "password1", "oldpassword"})
CSRF_FIELD = "csrfmiddlewaretoken"


@dataclass(frozen=True)
class Redirect:
    """An answer to a form that was taken: where it led, and the cookies that it set."""

    form: str
    location: str
    cookies: SimpleCookie

    def as_response(self) -> HttpResponse:
        response = HttpResponseRedirect(self.location)
        response.cookies = self.cookies
        add_never_cache_headers(response)
        return response


def answered_once(get_response: Answer) -> Answer:
    """Stands outside of sessions: their saving is part of an answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        browser = _browser(request)
        if request.method != "POST" or not browser or not request.path.startswith(PATHS):
            return get_response(request)
        try:
            form = _form(request)
        except UnreadablePostError:
            return get_response(request)
        with transaction.atomic():
            if not _has_turn(browser):
                return respond_429(request)
            return _recalled(browser, form) or _answer(request, get_response, browser, form)

    return middleware


def _browser(request: HttpRequest) -> str:
    """A log-in changes both cookies; a first visit has no session yet."""
    cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME) or request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return salted_hmac("accounts.repeats.browser", cookie).hexdigest() if cookie else ""


def _form(request: HttpRequest) -> str:
    """Return what stands for this form; empty where it can't be told from one of another page."""
    is_secret = bool(SECRETS & request.POST.keys())
    if not is_secret and CSRF_FIELD not in request.POST:
        return ""
    ignored = {CSRF_FIELD} if is_secret else set()
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in ignored)
    return salted_hmac("accounts.repeats.form", json.dumps([request.get_full_path(), fields])).hexdigest()


def _has_turn(browser: str) -> bool:
    """Wait until this browser's other requests are answered; the transaction's end lets the next one go."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [browser])
    except OperationalError:
        return False
    return True


def _answer(request: HttpRequest, get_response: Answer, browser: str, form: str) -> HttpResponse:
    response = get_response(request)
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        transaction.set_rollback(True)  # such as when no mail could be sent: whoever tries again begins anew
    try:
        if isinstance(response, HttpResponseRedirect):
            cache.set(_key(browser), Redirect(form, response.url, response.cookies), REMEMBERED)
        else:
            cache.delete(_key(browser))
    except (RedisUnreachable, RedisTimeout):
        pass
    return response


def _recalled(browser: str, form: str) -> HttpResponse | None:
    try:
        last = cache.get(_key(browser))
    except (RedisUnreachable, RedisTimeout):
        return None
    if not form or not isinstance(last, Redirect) or not constant_time_compare(last.form, form):
        return None
    return last.as_response()


def _key(browser: str) -> str:
    return f"accounts.repeats:{browser}"
