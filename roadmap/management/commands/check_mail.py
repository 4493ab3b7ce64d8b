"""Is the mail server there, and does it take our mail?"""

from __future__ import annotations

from argparse import ArgumentParser
from email.utils import make_msgid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.template.loader import render_to_string

from roadmap.digests import ledger, message, transport
from roadmap.digests.transport import Fate

WORDS = {
    Fate.SENT: "The mail was accepted.",
    Fate.DEFERRED: "The server says: not now. A digest would be tried again later.",
    Fate.REFUSED: "The server knows no such recipient.",
    Fate.REJECTED: "The server refused the mail for good.",
    Fate.AWAY: "The server cannot be used. Look at EMAIL_URL: host, port, user, password, encryption.",
    Fate.LOST: "The connection was lost before the mail was handed over; it was not sent.",
    Fate.UNCERTAIN: "The connection was lost before the server confirmed; the mail may or may not arrive.",
}


class Command(BaseCommand):
    help = "Send one test mail by the way that digests take, and say what the server answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *_: Any, address: str, **__: Any) -> None:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"{address!r} is not an e-mail address.") from error
        context = {"site_url": settings.SITE_URL, "subject": "A test mail from Waymark"}
        mail = message.build(
            to=address,
            name="",
            subject=context["subject"],
            text=message.encoded(render_to_string("emails/check.txt", context)),
            html=message.encoded(message.inlined(render_to_string("emails/check.html", context))),
            now=ledger.now(),
            headers={"Message-ID": make_msgid("check", message.sender().domain)},
        )
        with transport.from_settings() as wire:
            outcome = wire.send(address, mail)
        words = f"{wire.name}: {WORDS[outcome.fate]}"
        if outcome.code or outcome.reply:
            words += f" It answered: {' '.join(filter(None, [str(outcome.code or ''), outcome.reply]))}"
        if outcome.fate is not Fate.SENT:
            raise CommandError(words)
        self.stdout.write(words)
