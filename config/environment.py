"""What the supervisor of `make run` leaves in VAR_DIR for `manage.py` in another terminal.

Settings import this module, so it imports nothing heavy. Three files: `lock`, held by the living supervisor; `env`, the
addresses of its servers; `secret-key`, generated once. The lock, not a process id, says who lives: ids are reused.
"""

import fcntl
import os
import secrets
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

LOCK = "lock"
ENV = "env"
KEY = "secret-key"


def embedded_environment(var_dir: Path) -> dict[str, str]:
    """The addresses of the embedded servers running on `var_dir`, or nothing when no supervisor is alive there.

    Settings call this only where DATABASE_URL is not set. A file left by a supervisor that is gone is ignored aloud.
    """
    values = read_environment(var_dir)
    if values and take_lock(var_dir, shared=True):
        print(f"{var_dir / ENV} is left over from a `make run` that has ended; it is ignored.", file=sys.stderr)
        return {}
    return values


def read_environment(var_dir: Path) -> dict[str, str]:
    """What the last supervisor on `var_dir` wrote, alive or not; empty where there was none."""
    try:
        text = (var_dir / ENV).read_text()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in text.splitlines())


def write_environment(var_dir: Path, values: Mapping[str, str]) -> None:
    """Leave `values` for `embedded_environment`, readable by the owner only: they contain the secret key."""
    _write_private(var_dir / ENV, "".join(f"{name}={value}\n" for name, value in values.items()))


def forget_environment(var_dir: Path) -> None:
    """Remove what `write_environment` left, at the end of a supervisor that ends in order."""
    (var_dir / ENV).unlink(missing_ok=True)


def take_lock(var_dir: Path, *, shared: bool = False, seconds: float = 0) -> TextIO | None:
    """An open file that holds VAR_DIR's lock until it is closed or its process ends; None while a supervisor has it.

    The supervisor takes it for itself, waiting up to `seconds` for those who only ask whether there is one and take it
    `shared` for a moment.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    file = (var_dir / LOCK).open("a")
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.05)
        else:
            return file


def secret_key(var_dir: Path) -> str:
    """The installation's own secret, made on the first call. Losing it signs everybody out and voids e-mailed links."""
    path = var_dir / KEY
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(64))
    return path.read_text().strip()


def _write_private(path: Path, text: str) -> None:
    """Write so that no reader meets half a file and nobody else can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
