"""Mails as files."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.mailbox import EmailBackend, store


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def a_mail(to: str = "ann@example.org", text: str = "Hello Ann,\n\n123456\n\nBye\n") -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives("Héllo", text, "waymark@example.org", [to])
    mail.attach_alternative("<html><head></head><body><p>Hello</p></body></html>", "text/html")
    return mail


def test_a_mail_is_kept_whole() -> None:
    assert EmailBackend().send_messages([a_mail()]) == 1
    [mail] = store.mails()
    assert mail.to == "ann@example.org"
    assert mail.subject == "Héllo"
    assert mail.text == "Hello Ann,\n\n123456\n\nBye\n"
    assert "<p>Hello</p>" in mail.html
    assert store.mail(mail.name) == mail


def test_newest_first_and_found_by_address() -> None:
    for number in range(3):
        EmailBackend().send_messages([a_mail(f"ann{number}@example.org")])
    assert [mail.to[3] for mail in store.mails()] == ["2", "1", "0"]
    assert [mail.to for mail in store.mails(to="ANN1@")] == ["ann1@example.org"]
    assert list(store.mails(to="nobody\0")) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hi\n\n123456\n\nBye", "123456"),
        ("Hi\n\n  ABCD-EF12  \n", "ABCD-EF12"),
        ("You put in 123456 hours", ""),
        ("Hi\n\nPAUSE\n", ""),
    ],
)
def test_a_code_stands_alone_on_its_line(text: str, code: str) -> None:
    EmailBackend().send_messages([a_mail(text=text)])
    assert next(store.mails()).code == code


def test_a_mail_without_recipients_is_none() -> None:
    assert EmailBackend().send_messages([EmailMultiAlternatives("x", "y", "a@example.org", [])]) == 0
    assert list(store.mails()) == []


@pytest.mark.parametrize("name", ["../env", "..", "", "a" * 300, "0" * 20 + "-00000000", "x\0y"])
def test_only_names_of_mails_open_anything(var_dir: Path, name: str) -> None:
    (var_dir / "env.eml").write_text("To: secret\n\n")
    assert store.mail(name) is None


def test_a_full_disk_leaves_no_half_written_mail(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/dev/full` is a disk that is always full: every write to it fails as on a real one."""
    write = Path.write_bytes

    def write_to_a_full_disk(self: Path, data: bytes) -> int:
        self.symlink_to("/dev/full")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_to_a_full_disk)
    with pytest.raises(OSError, match="No space left") as raised:
        EmailBackend().send_messages([a_mail()])
    assert raised.value.errno == errno.ENOSPC
    assert EmailBackend(fail_silently=True).send_messages([a_mail()]) == 0
    assert list((var_dir / "mail").iterdir()) == []
