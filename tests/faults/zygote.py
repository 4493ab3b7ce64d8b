"""One process that has loaded everything and forks whoever is asked for: to begin costs a tenth of what loading costs.

    python -m tests.faults.zygote MODULE

Each line of its input is a JSON list: a file for the log, `celery`, `gunicorn` or `manage.py`, and more words. It
answers with the new process's id, and forgets it when it ends. MODULE holds the Celery `app`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.core.management import execute_from_command_line
from gunicorn.app import wsgiapp

from config.tether import die_with_parent


def forget_the_dead(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become(app: Any, log: str, program: str, words: list[str]) -> None:
    """Run a program's words in this process, which ends with it, and with the zygote."""
    die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for stream, file in ((0, os.devnull), (1, log), (2, log)):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND), stream)
    if program == "celery":
        app.start(words)
    elif program == "gunicorn":
        sys.argv = [program, *words]
        wsgiapp.run()
    else:
        execute_from_command_line([program, *words])


def main(module: str) -> None:
    app = import_module(module).app
    signal.signal(signal.SIGCHLD, forget_the_dead)
    for line in sys.stdin:
        log, program, *words = json.loads(line)
        sys.stdout.flush()
        if process := os.fork():
            print(process, flush=True)  # noqa: T201 – its answer
        else:
            become(app, log, program, words)
            os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
