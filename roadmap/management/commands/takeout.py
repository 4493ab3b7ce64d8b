"""`manage.py takeout EMAIL`: what a person would download, for an operator who is asked for it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from roadmap import takeout


class Command(BaseCommand):
    """Print everything that is held on a person as JSON; with --erase, delete it after printing."""

    help = "Print everything that is held on a person as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--erase", action="store_true", help="then delete the person and all of it")

    def handle(self, *args: Any, email: str, erase: bool, **options: Any) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        self.stdout.write(takeout.as_json(takeout.export(user)), ending="")
        if erase:
            self._erase(user)

    def _erase(self, user: User) -> None:
        try:
            takeout.erase(user)
        except ValidationError as error:
            raise CommandError(f"Nothing was deleted. {' '.join(error.messages)}") from error
