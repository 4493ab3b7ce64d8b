"""Case 32: a learner moves to a new address, and the old one opens nothing. Case 33: a lost second factor is reset."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import Session, User

LOG_IN = "/accounts/login/"
RESET = "/accounts/password/reset/"
PASSWORD = "seven quiet otters"
OLD, NEW = "ann@example.org", "new@example.org"
SECRET = "KRSXG5A="

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def log_in(email: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post(LOG_IN, {"login": email, "password": password})
    return client.get("/settings/").status_code == 200


@pytest.fixture
def root(person: Callable[..., User]) -> Client:
    return browser_of(person("root@example.org", is_staff=True, is_superuser=True))


@pytest.fixture
def operator(person: Callable[..., User]) -> Client:
    user = person("operator@example.org", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="support_learners"))
    return browser_of(user)


def page_of(user: User, action: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{action}/"


def move(client: Client, user: User, to: str = NEW, **fields: str):
    """Open the page, type the address, send it."""
    path = page_of(user, "move")
    shown = re.search(r'name="shown" value="([^"]*)"', client.get(path).text)
    assert shown
    return client.post(path, {"email": to, "shown": shown[1], **fields}, follow=True)


def reset(client: Client, user: User):
    return client.post(page_of(user, "second-factor"), follow=True)


# --- A new address ----------------------------------------------------------------------------------------------------


def test_the_new_address_takes_the_olds_place(operator: Client, ann: User) -> None:
    EmailAddress.objects.create(user=ann, email="spare@example.org", verified=True)
    page = move(operator, ann, "New@Example.org").text
    assert f"Moved from {OLD} to {NEW}" in page
    ann.refresh_from_db()
    assert ann.email == NEW
    assert list(EmailAddress.objects.filter(user=ann).values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]


def test_the_new_address_is_kept_in_its_one_form(operator: Client, ann: User) -> None:
    move(operator, ann, "Kim@bücher.example")
    ann.refresh_from_db()
    assert ann.email == EmailAddress.objects.get(user=ann).email == "kim@xn--bcher-kva.example"


def test_only_the_new_address_logs_in(operator: Client, ann: User) -> None:
    move(operator, ann)
    assert not log_in(OLD)
    assert log_in(NEW)


def test_the_old_mailbox_gets_no_code_for_a_new_password(operator: Client, ann: User) -> None:
    move(operator, ann)
    mail.outbox.clear()
    visitor = Client()
    visitor.post(RESET, {"email": OLD})
    assert "no account" in str(mail.outbox[-1].body)
    visitor.post(RESET, {"email": NEW})
    assert mail.outbox[-1].to == [NEW]
    assert re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)


@pytest.mark.parametrize("is_typed_before", [False, True])
def test_a_reset_that_the_old_mailbox_began_comes_to_nothing(
    operator: Client, ann: User, last_code: Callable[[], str], is_typed_before: bool
) -> None:
    visitor = Client()
    visitor.post(RESET, {"email": OLD})
    code = last_code()
    if is_typed_before:
        visitor.post("/accounts/password/reset/confirm/", {"code": code})
    move(operator, ann)
    visitor.post("/accounts/password/reset/confirm/", {"code": code})
    visitor.post("/accounts/password/reset/complete/", {"password1": "nine loud badgers"})
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert visitor.get("/settings/").status_code == 302


def test_a_code_that_was_to_confirm_the_old_address_confirms_nothing(
    operator: Client, ann: User, last_code: Callable[[], str]
) -> None:
    EmailAddress.objects.update(verified=False)
    visitor = Client()
    visitor.post(LOG_IN, {"login": OLD, "password": PASSWORD})
    code = last_code()
    move(operator, ann)
    visitor.post("/accounts/confirm-email/", {"code": code})
    assert not EmailAddress.objects.filter(email=OLD).exists()
    assert visitor.get("/settings/").status_code == 302


def test_a_change_of_address_that_was_under_way_is_off(
    operator: Client, as_ann: Client, ann: User, last_code: Callable[[], str]
) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    as_ann.post("/accounts/email/", {"email": "third@example.org", "action_add": "1"})
    code = last_code()
    move(operator, ann)
    as_ann.post("/accounts/confirm-email/", {"code": code})
    ann.refresh_from_db()
    assert ann.email == NEW


def test_every_log_in_ends_and_so_does_one_that_waits_for_its_second_factor(
    operator: Client, as_ann: Client, ann: User
) -> None:
    TOTP.activate(ann, SECRET)
    codes = RecoveryCodes.activate(ann).get_unused_codes()
    waiting = Client()
    waiting.post(LOG_IN, {"login": OLD, "password": PASSWORD})
    move(operator, ann)
    waiting.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    for client in (as_ann, waiting):
        assert client.get("/settings/").status_code == 302
    assert not Session.objects.filter(user=ann).exists()


def test_both_addresses_are_told(operator: Client, ann: User) -> None:
    move(operator, ann)
    letters = {sent.to[0]: str(sent.body) for sent in mail.outbox}
    assert letters.keys() == {OLD, NEW}
    assert NEW in letters[OLD]
    assert "opens nothing" in letters[OLD]
    assert OLD in letters[NEW]
    assert "http://waymark.test/accounts/login/" in letters[NEW]
    assert "address was used" not in letters[NEW]


def test_without_a_mail_server_it_moves_and_says_who_was_not_told(operator: Client, ann: User, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = move(operator, ann).text
    assert f"The mail to {OLD} could not be sent" in page
    assert log_in(NEW)


def test_it_is_asked_on_a_page_of_its_own(operator: Client, ann: User) -> None:
    TOTP.activate(ann, SECRET)
    for action, words in (("move", "Every log-in is ended"), ("second-factor", "Their password alone opens")):
        assert page_of(ann, action) in operator.get(page_of(ann)).text
        assert words in operator.get(page_of(ann, action)).text
    ann.refresh_from_db()
    assert ann.email == OLD
    assert not mail.outbox


@pytest.mark.parametrize(("action", "page"), [("move", "move"), ("reset_second_factor", "second-factor")])
def test_from_the_list_it_leads_to_that_page_for_one_person(
    operator: Client, ann: User, person: Callable[..., User], action: str, page: str
) -> None:
    bob = person("bob@example.org")
    one = {"action": action, "_selected_action": [ann.pk]}
    assert operator.post("/admin/accounts/user/", one)["Location"] == page_of(ann, page)
    two = {"action": action, "_selected_action": [ann.pk, bob.pk]}
    assert "Choose one person at a time" in operator.post("/admin/accounts/user/", two, follow=True).text


def test_each_is_written_to_the_log_without_an_address_that_is_gone(operator: Client, ann: User) -> None:
    TOTP.activate(ann, SECRET)
    reset(operator, ann)
    move(operator, ann)
    entries = LogEntry.objects.filter(object_id=str(ann.pk)).order_by("pk")
    assert [entry.change_message for entry in entries] == ["Reset the second factor.", "Moved to a new address."]
    assert {entry.user.email for entry in entries} == {"operator@example.org"}
    assert {entry.object_repr for entry in entries} == {NEW}


@pytest.mark.parametrize("to", ["", "ann", OLD, "ANN@example.org", "bob@example.org", "Bob2@example.org", "a\nb@c.org"])
def test_an_address_that_cannot_be_is_refused_and_nothing_changes(
    operator: Client, as_ann: Client, ann: User, person: Callable[..., User], to: str
) -> None:
    bob = person("bob@example.org")
    EmailAddress.objects.create(user=bob, email="bob2@example.org")
    assert move(operator, ann, to).status_code == 422
    ann.refresh_from_db()
    assert ann.email == OLD
    assert as_ann.get("/settings/").status_code == 200
    assert not mail.outbox


def test_an_address_that_changed_meanwhile_is_looked_at_again(operator: Client, ann: User) -> None:
    response = move(operator, ann, shown="before@example.org")
    assert response.status_code == 422
    assert "has changed since" in response.text


def test_sent_twice_it_moves_once(operator: Client, ann: User) -> None:
    for _ in range(2):
        answer = operator.post(page_of(ann, "move"), {"email": NEW, "shown": OLD})
        assert answer["Location"] == page_of(ann)
    assert len(mail.outbox) == 2
    assert LogEntry.objects.filter(object_id=str(ann.pk)).count() == 1


def test_the_form_of_a_person_changes_no_address(root: Client, ann: User) -> None:
    fields = {"name": "", "is_active": "on", "preferences-TOTAL_FORMS": "0", "preferences-INITIAL_FORMS": "0"}
    assert root.post(page_of(ann), {**fields, "email": NEW}).status_code == 302
    ann.refresh_from_db()
    assert ann.email == OLD
    assert 'name="email"' not in root.get(page_of(ann)).text


def test_no_other_page_of_the_admin_changes_an_address(root: Client, ann: User) -> None:
    row = EmailAddress.objects.get(user=ann)
    for path in ("", f"{row.pk}/change/", "add/"):
        assert root.get(f"/admin/account/emailaddress/{path}").status_code == 404
    assert "/admin/account/" not in root.get("/admin/").text


# --- The second factor ------------------------------------------------------------------------------------------------


@pytest.fixture
def codes(ann: User) -> list[str]:
    TOTP.activate(ann, SECRET)
    return RecoveryCodes.activate(ann).get_unused_codes()


def test_no_page_of_the_admin_shows_a_second_factors_secret(root: Client, ann: User, codes: list[str]) -> None:
    for row in Authenticator.objects.all():
        assert root.get(f"/admin/mfa/authenticator/{row.pk}/change/").status_code == 404
    assert root.get("/admin/mfa/authenticator/").status_code == 404
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    for path in ("/admin/", page_of(ann), page_of(ann, "history"), page_of(ann, "second-factor")):
        page = root.get(path).text
        assert not any(secret in page for secret in (SECRET, seed, *codes)), path
    assert "on since" in root.get(page_of(ann)).text


def test_no_page_of_the_admin_shows_a_session_or_its_key(root: Client, as_ann: Client, ann: User) -> None:
    session = Session.objects.get(user=ann)
    for path in ("/admin/accounts/session/", "/admin/sessions/session/"):
        assert root.get(path).status_code == 404
    assert session.session_key not in root.get(page_of(ann)).text


def test_resetting_removes_it_with_its_recovery_codes(operator: Client, ann: User, codes: list[str]) -> None:
    assert not log_in(OLD)
    assert "is off" in reset(operator, ann).text
    assert not Authenticator.objects.exists()
    assert log_in(OLD)


def test_resetting_ends_sessions_and_those_that_wait_for_a_code(
    operator: Client, as_ann: Client, ann: User, codes: list[str]
) -> None:
    waiting = Client()
    waiting.post(LOG_IN, {"login": OLD, "password": PASSWORD})
    reset(operator, ann)
    waiting.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    for client in (as_ann, waiting):
        assert client.get("/settings/").status_code == 302


def test_resetting_mails_the_person(operator: Client, ann: User, codes: list[str]) -> None:
    reset(operator, ann)
    assert [sent.to for sent in mail.outbox] == [[OLD]]
    assert "second step" in str(mail.outbox[0].body)
    assert "/accounts/password/reset/" in str(mail.outbox[0].body)


def test_where_there_is_none_nothing_is_reset_and_nobody_is_told(operator: Client, as_ann: Client, ann: User) -> None:
    assert "nothing to reset" in operator.get(page_of(ann, "second-factor")).text
    assert "nothing to reset" in reset(operator, ann).text
    assert as_ann.get("/settings/").status_code == 200
    assert not mail.outbox
    assert not LogEntry.objects.filter(object_id=str(ann.pk)).exists()


# --- Whom, and by whom ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["change", "move", "second-factor", "history", "password"])
@pytest.mark.parametrize(
    "rights", [{"is_staff": True}, {"is_superuser": True}, {"is_staff": True, "is_superuser": True}]
)
def test_an_operator_acts_on_nobody_with_rights(
    operator: Client, person: Callable[..., User], action: str, rights: dict[str, bool]
) -> None:
    other = person("staff@example.org", **rights)
    TOTP.activate(other, SECRET)
    for answer in (operator.get(page_of(other, action)), operator.post(page_of(other, action), {"email": NEW})):
        assert answer.status_code in {302, 403, 404}
        assert answer.get("Location", "/admin/") == "/admin/"
    assert Authenticator.objects.filter(user=other).exists()
    other.refresh_from_db()
    assert other.email == "staff@example.org"
    assert "staff@example.org" not in operator.get("/admin/accounts/user/").text


@pytest.mark.parametrize("action", ["move", "second-factor"])
def test_nobody_acts_without_the_permission(
    client: Client, ann: User, person: Callable[..., User], action: str
) -> None:
    editor = person("editor@example.org", is_staff=True)
    editor.user_permissions.set(Permission.objects.exclude(codename="support_learners"))
    for visitor in (browser_of(editor), browser_of(ann), client):
        answer = visitor.post(page_of(ann, action), {"email": NEW, "shown": OLD})
        assert answer.status_code in {302, 403}
    ann.refresh_from_db()
    assert ann.email == OLD
    assert not mail.outbox


def test_a_superuser_helps_staff_too_and_themselves_elsewhere(root: Client, person: Callable[..., User]) -> None:
    editor = person("editor@example.org", is_staff=True)
    move(root, editor)
    editor.refresh_from_db()
    assert editor.email == NEW
    me = User.objects.get(email="root@example.org")
    assert root.get(page_of(me, "move")).status_code == 403


def test_a_person_who_is_not_there_is_404(operator: Client) -> None:
    for action in ("move", "second-factor"):
        for key in ("0", "x", "9" * 30):
            assert operator.get(f"/admin/accounts/user/{key}/{action}/").status_code == 404
