"""The servers are real, forget nothing they promised to keep, and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import redis

from config import servers, unprivileged
from config.processes import StartError
from config.servers import Postgres, Redis, ThrowAwayServers, run_folder
from tests.processes import eventually, processes_of

HOLD_SERVERS = """
from config.servers import ThrowAwayServers
servers = ThrowAwayServers()
servers.start()
print(*(server.program.process.pid for server in servers.servers.values()), servers.folder, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    yield (folder := run_folder())
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def rows_after(postgres: Postgres, statement: LiteralString = "SELECT 1") -> int:
    """Run `statement` on the server and count the rows of `kept`."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(statement)
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_tests_run_on_real_servers() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.info.server_version >= 150000
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()


def test_only_what_is_wanted_is_started() -> None:
    only_redis = ThrowAwayServers(wanted={"REDIS_URL"})
    try:
        assert set(only_redis.start()) == {"REDIS_URL"}
    finally:
        only_redis.stop()


def test_stopping_leaves_no_process_and_no_folder() -> None:
    throw_away = ThrowAwayServers()
    throw_away.start()
    assert processes_of(str(throw_away.folder))
    throw_away.stop()
    assert not processes_of(str(throw_away.folder))
    assert not throw_away.folder.exists()


def test_sorting_and_case_rules_do_not_depend_on_the_machine() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT lower('ÄÖÅ'), 'Z' < 'a', 'é' > 'z'").fetchone()
    assert row == ("äöå", True, True)


@pytest.mark.fault
def test_servers_die_with_a_killed_owner() -> None:
    owner = subprocess.Popen([sys.executable, "-c", HOLD_SERVERS], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder = owner.stdout.readline().split()[-1]
    assert len(processes_of(folder)) >= 2
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert eventually(lambda: not processes_of(folder)), processes_of(folder)
    subprocess.run(["rm", "-rf", folder], check=True)


@pytest.mark.fault
def test_committed_rows_survive_a_killed_server(folder: Path) -> None:
    postgres = Postgres(data=folder / "data", sockets=folder, log=folder / "log")
    postgres.start()
    assert rows_after(postgres, "CREATE TABLE kept (n int)") == 0
    for number in range(1, 4):
        assert rows_after(postgres, "INSERT INTO kept VALUES (1)") == number
        assert postgres.program.process is not None
        postgres.program.process.send_signal(signal.SIGKILL)
        postgres.program.process.wait()
        postgres.start()
        assert rows_after(postgres) == number
    postgres.program.stop()


@pytest.mark.fault
def test_a_stale_process_id_that_belongs_to_another_program_does_not_stop_the_start(folder: Path) -> None:
    postgres = Postgres(data=folder / "data", sockets=folder, log=folder / "log")
    postgres.start()
    postgres.program.stop()
    (folder / "data/postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'data'}\n0\n5432\n{folder}\n\n0 0\nready\n")
    postgres.start()
    postgres.program.stop()


@pytest.mark.fault
def test_redis_keeps_what_it_was_told(folder: Path) -> None:
    server = Redis(data=folder / "redis", sockets=folder, log=folder / "log")
    server.start()
    redis.Redis.from_url(server.url).set("kept", "yes")
    server.program.stop()
    server.start()
    assert redis.Redis.from_url(server.url).get("kept") == b"yes"
    server.program.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for PostgreSQL")
@pytest.mark.parametrize("hidden", [False, True], ids=["where it can read ours", "where it cannot"])
def test_root_without_namespaces_runs_postgres_as_nobody(
    hidden: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if hidden:  # an installation as a wheel lays it out, in a folder that only root may enter
        package = servers.postgres_installation().parent
        libraries = package.with_name(f"{package.name}.libs")
        (tmp_path / package.name).mkdir()
        shutil.copytree(package / "pginstall", tmp_path / package.name / "pginstall", symlinks=True)
        shutil.copytree(libraries, tmp_path / libraries.name)
        tmp_path.chmod(0o700)
        monkeypatch.setenv("PG_BIN", str(tmp_path / package.name / "pginstall/bin"))
        home = tmp_path_factory.mktemp("foreign")
        for folder in (home, *home.parents[:3]):
            if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(tempfile.gettempdir()):
                folder.chmod(0o755)
        monkeypatch.setattr(unprivileged, "FOREIGN_HOME", home)
    monkeypatch.setattr(
        servers, "account_for", lambda tree, data: unprivileged.account_for(tree, data, namespaces=False)
    )
    throw_away = ThrowAwayServers(wanted={"DATABASE_URL"})
    try:
        assert throw_away.start()
        postgres = throw_away.servers["DATABASE_URL"]
        assert postgres.program.process is not None
        assert Path(f"/proc/{postgres.program.process.pid}").stat().st_uid == unprivileged.NOBODY
    finally:
        throw_away.stop()


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    postgres = Postgres(data=folder / "data", sockets=folder, log=folder / "log")
    postgres.start()
    postgres.program.stop()
    with (folder / "data/postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")
    with pytest.raises(StartError, match="no_such_setting"):
        postgres.start()
