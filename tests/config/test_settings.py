"""What production's settings take from the environment, and what they refuse to start without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PRODUCTION = {
    "SECRET_KEY": "a" * 50,
    "DATABASE_URL": "postgres://waymark@localhost/waymark",
    "REDIS_URL": "redis://localhost",
    "EMAIL_URL": "smtp://localhost",
    "DEFAULT_FROM_EMAIL": "waymark@waymark.example",
    "SITE_URL": "https://waymark.example",
    "ALLOWED_HOSTS": "waymark.example",
}


def start(repository: Path, environment: dict[str, str], *, show: str = "SITE_URL") -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, and print one of them."""
    environment |= {"PATH": os.environ["PATH"], "VAR_DIR": str(repository / "no-such-folder")}
    command = [sys.executable, "-c", f"from config import settings; print(settings.{show})"]
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_does_not_start_without_and_says_what_to_set(repository: Path, name: str) -> None:
    done = start(repository, PRODUCTION | {name: ""})
    assert done.returncode != 0
    assert f"Set {name} in the environment" in done.stderr


def test_a_secret_may_lie_in_a_file(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("postgres://waymark:safe@postgres/waymark\n")
    in_file = {"DATABASE_URL": "", "DATABASE_URL_FILE": str(file)}
    done = start(repository, PRODUCTION | in_file, show="DATABASES['default']['PASSWORD']")
    assert (done.stdout.strip(), done.stderr) == ("safe", "")


def test_what_is_set_goes_before_its_file(repository: Path, tmp_path: Path) -> None:
    done = start(repository, PRODUCTION | {"SECRET_KEY_FILE": str(tmp_path / "absent")}, show="SECRET_KEY")
    assert done.stdout.strip() == PRODUCTION["SECRET_KEY"]


def test_a_file_that_is_not_there_is_named(repository: Path, tmp_path: Path) -> None:
    done = start(repository, PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "absent")})
    assert done.returncode != 0
    assert f"SECRET_KEY_FILE: {tmp_path / 'absent'} cannot be read" in done.stderr
