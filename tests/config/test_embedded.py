"""`make run`: one supervisor for everything, and nothing left behind however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.environment import read_environment, write_environment
from tests.processes import eventually, processes_of

pytestmark = pytest.mark.fault

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "WAYMARK_EMBEDDED",
    "STATICFILES_STORAGE",
)
ADD_LEARNER = "from accounts.models import User; User.objects.create_user('ada@example.org')"


class Supervisor:
    """`make run` as a process. `parent` wraps it in a shell, which stands for make."""

    def __init__(self, repository: Path, var_dir: Path, port: int, *, parent: bool = False) -> None:
        self.repository, self.var_dir, self.port = repository, var_dir, port
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OURS},
            "VAR_DIR": str(var_dir),
            "PORT": str(port),
            "WEB_WORKERS": "1",  # each loads all of Django anew, and one serves as well as two
        }
        command = [sys.executable, "-m", "config.embedded"]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", '"$@"; exit $?', "sh", *command] if parent else command,
            cwd=repository,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def wait_until_ready(self) -> "Supervisor":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith("Ready:"):
                return self
        pytest.fail("\n".join(self.said))

    def rest(self) -> str:
        """What it says until it ends."""
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def shell(self, code: str) -> subprocess.CompletedProcess[str]:
        """`manage.py shell` in another terminal."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return subprocess.run(
            command, cwd=self.repository, env=self.environment, capture_output=True, text=True, check=False
        )

    def people(self) -> int:
        """How many the database knows; -1 while it does not answer."""
        try:
            with psycopg.connect(read_environment(self.var_dir)["DATABASE_URL"]) as connection:
                row = connection.execute("SELECT count(*) FROM accounts_user").fetchone()
        except psycopg.OperationalError:
            return -1
        return int(row[0]) if row else -1

    def has_left_nothing(self) -> bool:
        return eventually(lambda: not processes_of(str(self.var_dir)), seconds=20)


Start = Callable[..., Supervisor]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def first(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Supervisor:
    """A first start, which has ended in order; its VAR_DIR is for the others to copy, for making one takes longest."""
    supervisor = Supervisor(repository, tmp_path_factory.mktemp("first") / "var", free_port()).wait_until_ready()
    assert supervisor.serves()
    supervisor.process.terminate()
    assert supervisor.process.wait(60) == 0
    return supervisor


@pytest.fixture
def start(repository: Path, tmp_path: Path, first: Supervisor) -> Iterator[Start]:
    """Start supervisors, each on a copy of the `first` one's data, that don't outlive the test."""
    started: list[Supervisor] = []

    def begin(name: str = "var", *, port: int | None = None, parent: bool = False) -> Supervisor:
        if not (tmp_path / name).exists():
            shutil.copytree(first.var_dir, tmp_path / name)
        started.append(Supervisor(repository, tmp_path / name, port or free_port(), parent=parent))
        return started[-1]

    yield begin
    for supervisor in started:
        supervisor.process.kill()
        supervisor.process.communicate()
    assert all(supervisor.has_left_nothing() for supervisor in started)


def test_a_first_start_says_where_it_serves_and_who_administers(first: Supervisor) -> None:
    assert first.said[-1] == f"Ready: http://127.0.0.1:{first.port}/"
    assert first.said[-2].startswith("Administrator: admin@localhost, password ")
    assert first.rest() == ""
    assert first.has_left_nothing()
    assert (first.var_dir / "secret-key").stat().st_mode & 0o077 == 0
    assert not (first.var_dir / "env").exists()


def test_killed_parts_come_back_and_a_killed_supervisor_leaves_no_process_and_loses_nothing(start: Start) -> None:
    stack = start().wait_until_ready()
    assert stack.said == [f"Ready: http://127.0.0.1:{stack.port}/"]
    assert stack.serves()
    assert (stack.var_dir / "env").stat().st_mode & 0o077 == 0
    assert stack.shell(ADD_LEARNER).returncode == 0
    people = stack.people()

    sockets = read_environment(stack.var_dir)["RUN_FOLDER"]
    for mark, part in ((sockets, "bin/postgres -D"), (sockets, "redis.sock"), (str(stack.var_dir), "gunicorn")):
        [master, *_] = sorted(pid for pid, line in processes_of(mark).items() if part in line)
        os.kill(master, signal.SIGKILL)
        assert eventually(lambda: stack.people() == people, seconds=30)
        assert eventually(stack.serves, seconds=30)

    stack.process.send_signal(signal.SIGKILL)
    stack.process.wait()
    assert stack.has_left_nothing(), processes_of(str(stack.var_dir))
    alone = stack.shell(ADD_LEARNER)
    assert alone.returncode != 0
    assert "left over from a `make run` that has ended" in alone.stderr
    assert "Set SECRET_KEY in the environment" in alone.stderr

    again = start(port=stack.port).wait_until_ready()
    assert again.said == stack.said
    assert again.people() == people
    again.process.terminate()
    assert again.process.wait(30) == 0
    assert again.rest() == ""


def test_two_stacks_run_side_by_side_and_a_killed_make_ends_its_own(start: Start) -> None:
    one, two = start("one", parent=True), start("two")
    for supervisor in (one, two):
        supervisor.wait_until_ready()
    assert one.shell(ADD_LEARNER).returncode == 0
    assert one.people() == two.people() + 1

    same_folder = start("one")
    assert same_folder.process.wait(30) == 1
    assert "already running" in same_folder.rest()
    same_port = start("three", port=one.port)
    assert same_port.process.wait(30) == 1
    assert f"Port {one.port} cannot be used" in same_port.rest()

    assert len(processes_of(str(one.var_dir))) > 5
    one.process.kill()
    one.process.wait()
    assert one.has_left_nothing(), processes_of(str(one.var_dir))
    assert two.serves()


def test_addresses_of_a_supervisor_that_is_gone_are_ignored_aloud(repository: Path, tmp_path: Path) -> None:
    write_environment(tmp_path, {"DATABASE_URL": "postgres://nobody@/nowhere", "SECRET_KEY": "x"})
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=repository,
        env={**environment, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "is left over from a `make run` that has ended; it is ignored." in done.stderr


def test_a_port_that_is_none_is_refused(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.embedded"],
        cwd=repository,
        env={**os.environ, "PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "PORT=eighty is not a port number.\n")
