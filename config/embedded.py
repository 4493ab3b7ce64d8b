"""The supervisor of `make run`: everything Waymark needs, started in order, watched, and stopped together.

    python -m config.embedded

What the environment names (DATABASE_URL, REDIS_URL, EMAIL_URL, …) is used, the rest it provides itself. Its children
hang on tethers: even a SIGKILL of it, or of the `make` that runs it, leaves no process behind.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

from config.environment import forget_environment, read_environment, secret_key, take_lock, write_environment
from config.processes import Program, StartError, tethered
from config.servers import Postgres, Redis, run_folder
from config.tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
# What `manage.py` in another terminal must know to be in the same place.
SHARED = (
    *("WAYMARK_EMBEDDED", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PORT", "SITE_URL", "ALLOWED_HOSTS"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "SIGN_UP", "DEBUG", "RUN_FOLDER"),
)
RESTARTS_A_MINUTE = 5
PATIENCE = 10.0  # seconds that a part may take to end, when somebody asked us to stop
HURRY = 2.0  # and when our parent was killed
PARENT_IS_GONE = signal.SIGUSR1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, PARENT_IS_GONE)


class Stopped(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM, a closed terminal, or a `make` that is gone."""

    def __init__(self, *, patience: float) -> None:
        self.patience = patience


class Service(Protocol):
    """One part of the stack; `start` returns when it answers."""

    program: Program

    def start(self) -> None: ...


@dataclass
class Application:
    """A part that is our own code."""

    program: Program
    ready: Callable[[], bool]

    def start(self) -> None:
        self.program.start()
        self.program.wait_until(self.ready, seconds=60)


@dataclass
class Stack:
    """The whole, on one VAR_DIR and one port."""

    var_dir: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)
    sockets: Path = field(default_factory=run_folder)

    def start(self) -> None:
        """Start everything; returns when the site serves."""
        self.environment = {
            **os.environ,
            "WAYMARK_EMBEDDED": "1",
            "VAR_DIR": str(self.var_dir),
            "PORT": str(self.port),
            "RUN_FOLDER": str(self.sockets),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(self.var_dir),
        }
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(data=self.var_dir / "postgres", sockets=self.sockets, log=self._log("postgres"))
            self.environment["DATABASE_URL"] = postgres.url
            self._start(postgres)
        if not os.environ.get("REDIS_URL"):
            redis = Redis(data=self.var_dir / "redis", sockets=self.sockets, log=self._log("redis"))
            self.environment["REDIS_URL"] = redis.url
            self._start(redis)
        write_environment(self.var_dir, {name: self.environment[name] for name in SHARED if name in self.environment})
        self._manage("prepare")
        self._collect_static()
        self._start(self._worker())
        self._start(self._web())

    def watch(self) -> NoReturn:
        """Start again what ends by itself; StartError when that happens too often to be an accident."""
        restarts: deque[float] = deque(maxlen=RESTARTS_A_MINUTE)
        while True:
            time.sleep(0.2)
            for service in self.services:
                if service.program.running:
                    continue
                name = service.program.name
                if len(restarts) == restarts.maxlen and time.monotonic() - restarts[0] < 60:
                    raise StartError(f"{name} keeps ending; see {service.program.log}")
                restarts.append(time.monotonic())
                print(f"{name} ended; starting it again. See {service.program.log}", file=sys.stderr, flush=True)
                service.start()

    def stop(self, *, patience: float) -> None:
        """End everything: first our own code, then what it stands on. What takes longer than `patience` is killed."""
        own = [service.program for service in self.services if isinstance(service, Application)]
        for program in own:
            program.ask_to_stop()
        for program in own:
            program.stop(seconds=patience)
        for service in reversed(self.services):
            service.program.stop(seconds=patience)
        shutil.rmtree(self.sockets, ignore_errors=True)
        forget_environment(self.var_dir)

    def _start(self, service: Service) -> None:
        self.services.append(service)
        service.start()

    def _log(self, name: str) -> Path:
        """A fresh log file; that of the last time is kept beside it."""
        log = self.var_dir / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        log.touch()
        return log

    def _manage(self, *command: str) -> None:
        """Run a management command to its end; what it prints is for the person at the terminal."""
        words = tethered((sys.executable, str(ROOT / "manage.py"), *command))
        if subprocess.run(words, env=self.environment, cwd=ROOT, check=False).returncode != 0:
            raise StartError(f"`manage.py {' '.join(command)}` failed; what it says stands above.")

    def _collect_static(self) -> None:
        """Collect the static files where ours or the packages changed; it takes longer than all the rest."""
        digest = hashlib.sha256((ROOT / "requirements/base.txt").read_bytes())
        for path in sorted((ROOT / "static").rglob("*")):
            stat = path.stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        stamp = self.var_dir / "static.stamp"
        if not stamp.exists() or stamp.read_text() != digest.hexdigest():
            self._manage("collectstatic", "--no-input", "--clear", "--verbosity=0")
            stamp.write_text(digest.hexdigest())

    def _application(self, name: str, *words: str, ready: Callable[[], bool]) -> Application:
        program = Program(
            name=name,
            command=(sys.executable, "-m", *words),
            log=self._log(name),
            environment=self.environment,
            folder=ROOT,
        )
        return Application(program, ready)

    def _web(self) -> Application:
        words = ("gunicorn", "config.wsgi", "--config", "python:config.gunicorn", "--bind", f"127.0.0.1:{self.port}")
        return self._application("web", *words, ready=self._serves)

    def _worker(self) -> Application:
        words = ("celery", "--app", "config", "worker", "--beat", "--concurrency", "2", "--without-gossip")
        return self._application("worker", *words, ready=lambda: True)

    def _serves(self) -> bool:
        """Whether gunicorn answers. An answer such as "not this host" is one too."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False
        return True


def main() -> int:
    """Run the stack until somebody asks it to end; the exit status."""
    die_with_parent(PARENT_IS_GONE)
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays in force
            signal.signal(number, _stop)
    try:
        return _run(Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve(), _port(os.environ.get("PORT") or "8000"))
    except Stopped:
        return 0
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


def _run(var_dir: Path, port: int) -> int:
    lock = take_lock(var_dir, seconds=2)
    if lock is None:
        raise StartError(f"Waymark is already running on {var_dir}. For a second one: VAR_DIR=… PORT=… make run")
    with lock:
        if leftover := read_environment(var_dir).get("RUN_FOLDER"):
            shutil.rmtree(leftover, ignore_errors=True)
        stack = Stack(var_dir, port)
        patience = PATIENCE
        try:
            stack.start()
            print(f"Ready: http://127.0.0.1:{port}/", flush=True)
            stack.watch()
        except Stopped as stopped:
            patience = stopped.patience
            raise
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # we are at it
            stack.stop(patience=patience)


def _port(text: str) -> int:
    """The port to serve on; StartError where it is none or taken."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise StartError(f"PORT={text} is not a port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise StartError(
                f"Port {text} cannot be used ({error.strerror}). Another one: PORT=8001 make run"
            ) from error
    return int(text)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(patience=HURRY if number == PARENT_IS_GONE else PATIENCE)


if __name__ == "__main__":
    sys.exit(main())
