"""The pages on which an operator decides about a learner's account: each says what will happen, and asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from . import support
from .fields import AddressFormField
from .models import User

if TYPE_CHECKING:
    from .admin import PersonAdmin


class MoveForm(forms.Form):
    """Where to, and what the address was when that was decided."""

    email = AddressFormField(
        label="New address",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text="Make sure that it is theirs: who reads its mail can choose a new password.",
    )
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, person: User) -> None:
        super().__init__(data, initial={"shown": person.email})
        self.person = person

    def act(self) -> bool | None:
        """Move the person; say whether that changed anything. None if it was refused: the form says why."""
        try:
            return support.move(person=self.person, shown=self.cleaned_data["shown"], to=self.cleaned_data["email"])
        except ValidationError as error:
            self.add_error(None, error)
            return None


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, admin: PersonAdmin, object_id: str) -> HttpResponse:
    """Show, on GET, what moving to a new address does; do it on POST."""
    person = _person_or_404(request, admin, object_id)
    form = MoveForm(request.POST if request.method == "POST" else None, person=person)
    has_moved = form.act() if form.is_valid() else None
    if has_moved is None:
        return _page(request, admin, person, "move", title="Move to a new address", form=form)
    before = form.cleaned_data["shown"]
    person.refresh_from_db()
    if not has_moved:
        return _back(request, admin, person, [])
    admin.log_change(request, person, "Moved to a new address.")
    admin.message_user(request, f"Moved from {before} to {person.email}. Every log-in was ended.", messages.SUCCESS)
    return _back(request, admin, person, support.tell_of_move(person=person, before=before))


@require_http_methods(["GET", "HEAD", "POST"])
def reset_second_factor(request: HttpRequest, admin: PersonAdmin, object_id: str) -> HttpResponse:
    """Show, on GET, what taking a second factor off does; do it on POST."""
    person = _person_or_404(request, admin, object_id)
    if request.method == "POST" and support.reset_second_factor(person=person):
        admin.log_change(request, person, "Reset the second factor.")
        text = f"The second factor of {person.email} is off. Every log-in was ended."
        admin.message_user(request, text, messages.SUCCESS)
        return _back(request, admin, person, support.tell_of_reset(person=person))
    return _page(request, admin, person, "reset_second_factor", title="Reset second factor")


def _person_or_404(request: HttpRequest, admin: PersonAdmin, object_id: str) -> User:
    if not admin.has_support_permission(request):
        raise PermissionDenied
    person: User | None = admin.get_object(request, unquote(object_id))
    if person is None:
        raise Http404
    if not admin.has_support_permission(request, person):
        raise PermissionDenied
    return person


def _page(request: HttpRequest, admin: PersonAdmin, person: User, name: str, **context: Any) -> HttpResponse:
    page = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "person": person,
        "second_factor": admin.second_factor(person),
        **context,
    }
    return render(request, f"admin/accounts/{name}.html", page, status=422 if request.method == "POST" else 200)


def _back(request: HttpRequest, admin: PersonAdmin, person: User, unsent: list[str]) -> HttpResponse:
    for address in unsent:
        text = f"The mail to {address} could not be sent. Tell them in another way."
        admin.message_user(request, text, messages.WARNING)
    return redirect("admin:accounts_user_change", object_id=person.pk)
