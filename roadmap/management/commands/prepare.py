"""Bring a database up to date, once before each start: `make run` and the production stack run the same."""

import os
import secrets
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from accounts.addresses import canonical_address
from accounts.administrators import administrators, make_administrator
from accounts.models import User
from accounts.second_factor import staff_without
from roadmap import projection
from roadmap.document import DocumentError, parse
from roadmap.models import Enrolment, Roadmap
from roadmap.standing import RULE

FIXTURE = Path(settings.BASE_DIR) / "fixtures/ml_architect.yaml"
LOCK_TIMEOUT = "2s"
FOLDED_AT_ONCE = 200
NOBODY = "Nobody may administer this site: no active account is an administrator with access to the admin."


class Command(BaseCommand):
    help = (
        "Migrate, load and publish the roadmap where its slug is absent, and make the first administrator "
        "(ADMIN_EMAIL, ADMIN_PASSWORD; without a password a random one is printed once). Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--roadmap", type=Path, default=FIXTURE, help="document to load where its slug is absent")

    def handle(self, *args: Any, roadmap: Path, **options: Any) -> None:
        self._migrate()
        self._load(roadmap)
        self._make_administrator()
        self._warn_of_staff_without_second_factor()
        self._fold_anew()

    def _migrate(self) -> None:
        """Migrate. One that meets a lock gives up soon: whoever queues behind it would wait too; old code serves on."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(f"The migration did not go through, nothing of it is left: {error}") from error

    def _load(self, path: Path) -> None:
        """An editor's work is never overwritten: what is there stays."""
        try:
            slug = parse(path.read_bytes(), name=path.name).slug
        except DocumentError as error:
            raise CommandError(str(error)) from error
        if not Roadmap.objects.filter(slug=slug).exists():
            call_command("load_roadmap", str(path), publish=True)

    def _fold_anew(self) -> None:
        """Bring what learners did under today's rule.

        What an older process touches afterwards is folded whenever it is read, and stored with the next change.
        """
        outdated = Enrolment.objects.filter(projection_rule__lt=RULE).order_by("pk")
        last = 0
        while keys := list(outdated.filter(pk__gt=last).values_list("pk", flat=True)[:FOLDED_AT_ONCE]):
            projection.refold(keys)
            last = keys[-1]

    def _make_administrator(self) -> None:
        """The first one only. Nothing about people stops a start: web, worker and beat wait for this command."""
        email = canonical_address(os.environ.get("ADMIN_EMAIL", "")) or "admin@localhost"
        if not User.objects.filter(is_superuser=True).exists() and not _is_taken(email):
            self._make_first(email)
        if not administrators().exists():
            self._warn(f"{NOBODY} Let somebody in with: manage.py grant_access {email}")

    @transaction.atomic
    def _make_first(self, email: str) -> None:
        given = os.environ.get("ADMIN_PASSWORD")
        password = given or secrets.token_urlsafe(12)
        make_administrator(User.objects.create_user(email, password))
        shown = "the password you gave" if given else f"password {password} (shown only now)"
        self.stdout.write(f"Administrator: {email}, {shown}")

    def _warn_of_staff_without_second_factor(self) -> None:
        names = list(staff_without().order_by("email").values_list("email", flat=True))
        if names and settings.STAFF_SECOND_FACTOR:
            self._warn(f"Without a second factor, and led to set one up before the admin opens: {', '.join(names)}.")

    def _warn(self, text: str) -> None:
        self.stderr.write(self.style.WARNING(f"Warning: {text}"))


def _is_taken(email: str) -> bool:
    return User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists()
