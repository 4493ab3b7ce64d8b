"""The forms that grow with a roadmap may have as many fields as the format allows; all others keep the small limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.utils.datastructures import MultiValueDict

from roadmap.document.format import MAX_MILESTONES

# Restoring asks two questions for each milestone; a milestone's own form and placement have fewer fields.
MOST_FIELDS = 2 * MAX_MILESTONES + 1_000


class LongForms:
    """Reads, before anything else does, what a person who is logged in posts to the admin or to placement."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, *_: Any) -> None:
        """Django asks one limit for every form, when the body is read; so these are read here, with theirs."""
        is_form = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
        if is_form and _may_be_long(request):
            try:
                request._post, request._files = _fields_of(request.body), MultiValueDict()
            except UnreadablePostError:
                return  # whoever asks for the fields hears of it


def _may_be_long(request: Any) -> bool:
    match = request.resolver_match
    if match.namespace == "admin":
        return bool(request.user.is_staff)
    return match.url_name == "placement" and request.user.is_authenticated


def _fields_of(body: bytes) -> QueryDict:
    fields = QueryDict(mutable=True, encoding="utf-8")
    try:
        pairs = parse_qsl(_text(body), keep_blank_values=True, encoding="utf-8", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TooManyFieldsSent(f"A form may have {MOST_FIELDS:,} fields.") from error
    for name, value in pairs:
        fields.appendlist(name, value)
    fields._mutable = False
    return fields


def _text(body: bytes) -> str:
    """Return the body as Django reads it."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("iso-8859-1")
