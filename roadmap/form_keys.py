"""A form of the admin that is sent twice does what it does once.

Each form carries a key that its page made; the history keeps it with a digest of what was entered. On the way back
the browser gives a form its key again (`admin-forms.js`).
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

KEY = "_form_key"
AGAIN = "_again"  # holds the name for which somebody said that they want a second thing of it
SAVED = "admin_saved"  # a cookie: the keys of the last saved forms, for the page's script
MOST_SAVED = 5


def key_of(request: HttpRequest) -> str:
    """Return the key of the form that was posted, or nothing."""
    try:
        return str(UUID(request.POST.get(KEY, "")))
    except ValueError:
        return ""


def digest_of(request: HttpRequest) -> str:
    """Return a short digest of what was entered; what the page says of itself, and which button, doesn't count.

    Nor does a password: the history keeps the digest, and nobody should be able to guess one by it.
    """
    entered = [
        (name, values)
        for name, values in sorted(request.POST.lists())
        if name != "csrfmiddlewaretoken" and not name.startswith(("_", "password"))
    ]
    return hashlib.sha256(repr(entered).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def lock(key: str) -> None:
    """Let a second post of the same form wait until the first is through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"form {key}"])


def saved_with(request: Any, model: type[Any], key: str) -> LogEntry | None:
    """Return what the history says of an earlier save of this form by the same person."""
    entries = LogEntry.objects.filter(user_id=request.user.pk, content_type=ContentType.objects.get_for_model(model))
    return entries.filter(change_message__contains=f'"form": "{key}"').order_by("-pk").first()


def tell_script(request: HttpRequest, response: HttpResponse) -> None:
    """Let the page's script throw away its copy of a form that was saved."""
    if (key := key_of(request)) and response.status_code == HTTPStatus.FOUND:
        keys = [*request.COOKIES.get(SAVED, "").split("."), key][-MOST_SAVED:]
        secure, path = settings.SESSION_COOKIE_SECURE, reverse("admin:index")
        response.set_cookie(SAVED, ".".join(keys), max_age=3600, path=path, secure=secure, samesite="Lax")


class OneTimeForms:
    """A mixin for every admin here. Its pages' forms carry a key; the same form, sent again, saves nothing twice."""

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.form_key, request.form_digest = key_of(request), digest_of(request)
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)  # type: ignore[misc] # a mixin
        tell_script(request, response)
        return response

    def _changeform_view(self, request: Any, object_id: str | None, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a form that was saved already as it was answered then; what was entered since is asked about."""
        admin: Any = self
        if request.method == "POST" and request.form_key:
            lock(request.form_key)
            if (entry := saved_with(request, admin.model, request.form_key)) and (
                thing := self._of_entry(request, entry, object_id)
            ):
                if f'"digest": "{request.form_digest}"' in entry.change_message:
                    answer = admin.response_add if object_id is None else admin.response_change
                    return answer(request, thing)
                if object_id is None:
                    request.refusal, request.form_key = _made(thing), ""
        parent: Any = super()
        return parent._changeform_view(request, object_id, *args, **kwargs)

    def _of_entry(self, request: HttpRequest, entry: LogEntry, object_id: str | None) -> Any:
        """Return what an earlier save of this form saved, if it is there and is what the form is about."""
        if object_id is not None and entry.object_id != unquote(object_id):
            return None
        admin: Any = self
        return admin.get_object(request, entry.object_id)

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        message: list[Any] = super().construct_change_message(request, form, formsets, add)  # type: ignore[misc] # a mixin
        if getattr(request, "form_key", ""):
            message.append({"form": request.form_key, "digest": request.form_digest})
        return message

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["form_key"] = request.form_key or str(uuid4())
        context["is_unsaved"] = request.method == "POST"
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc] # a mixin
        return response


def _made(thing: Any) -> SafeString:
    url = reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])
    return format_html(
        'This form was saved already: it made “{}”. To change that, <a href="{}">open it</a>; to make a second one of '
        "what you see here, save again.",
        thing,
        url,
    )
