"""Real processes that begin at once, since they are forked from one that has loaded everything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from config.processes import tethered
from tests.processes import eventually

ROOT = Path(__file__).resolve().parents[2]


class Forks:
    """The zygote, and what it is asked for; `app` is the module whose Celery its workers and beats are of."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *, app: str = "tests.faults.hasty") -> None:
        self.folder = folder
        environment = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code is most of what makes a start quick
        self._zygote = subprocess.Popen(
            tethered((sys.executable, "-m", "tests.faults.zygote", app)),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, name: str, *words: str) -> int:
        """Have a process forked, with a log of that name; return its id. It leads a group of its own."""
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        print(json.dumps([str(self.log(name)), *words]), file=self._zygote.stdin, flush=True)
        return int(self._zygote.stdout.readline())

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def run(self, *words: str, seconds: float = 60) -> None:
        """Run `manage.py` with these words, to its end."""
        process = self.start(words[0], "manage.py", *words)
        assert eventually(lambda: not lives(process), seconds=seconds), self.log(words[0]).read_text()

    def stop(self) -> None:
        """End the zygote, and all that it forked with it."""
        with self._zygote as zygote:
            zygote.kill()


def lives(process: int) -> bool:
    """Whether a process of the zygote's is there; who has ended is forgotten at once."""
    return Path(f"/proc/{process}").exists()


def children_of(process: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []
