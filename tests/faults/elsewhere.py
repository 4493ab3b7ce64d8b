"""A PostgreSQL of one's own, on which terrible things may happen to a copy of the tests' database."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from config.servers import Postgres, ThrowAwayServers, postgres_installation
from roadmap.editions.publishing import document_in, notes_in

COPY, NAME = "copied", "waymark"


@dataclass
class Elsewhere:
    """The server, and the database on it that Django uses; commits are durable."""

    server: Postgres

    @property
    def process(self) -> int:
        """The id of PostgreSQL's first process, from which all others are forked."""
        assert self.server.program.process is not None
        return self.server.program.process.pid

    def address(self, name: str = NAME) -> str:
        return make_conninfo(host=str(self.server.sockets), user="waymark", dbname=name)

    def crash(self) -> None:
        """End it at once, as a power cut does, and start it again."""
        process = self.server.program.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait()
        self.server.start()

    def dump(self, file: Path) -> None:
        run("pg_dump", "--format", "custom", "--file", str(file), "--dbname", self.address())

    def restore(self, file: Path) -> None:
        """As docs/operations.md says it."""
        run(
            "pg_restore",
            "--dbname",
            self.address(),
            "--clean",
            "--if-exists",
            "--exit-on-error",
            "--no-owner",
            str(file),
        )

    def say(self, *statements: str, to: str = "postgres") -> None:
        with psycopg.connect(self.address(to), autocommit=True) as session:
            for statement in statements:
                session.execute(statement.encode())

    def tell(self, moment: datetime) -> None:
        """Have PostgreSQL itself say another time, whoever asks, until it is told the next one: its clock stands.

        Before the first time nobody else may be connected; Django's own connection here begins anew.
        """
        self.say(
            f"ALTER DATABASE {NAME} SET search_path = told, pg_catalog, public",
            "CREATE SCHEMA IF NOT EXISTS told",
            "CREATE OR REPLACE FUNCTION told.now() RETURNS timestamptz STABLE"
            f" RETURN timestamptz '{moment.isoformat()}'",
            to=NAME,
        )
        connection.close()


def run(tool: str, *words: str) -> None:
    """Run one of PostgreSQL's own tools."""
    subprocess.run([postgres_installation() / "bin" / tool, *words], check=True)


@pytest.fixture(scope="session")
def tables(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of the tests' tables: to read it in is much cheaper than to migrate."""
    with django_db_blocker.unblock():
        params = connection.get_connection_params()
    words = {name: params[name] for name in ("host", "port", "user", "password", "dbname") if params.get(name)}
    file = tmp_path_factory.mktemp("tables") / "dump"
    run("pg_dump", "--format", "custom", "--file", str(file), "--dbname", make_conninfo(**words))
    return file


@pytest.fixture(scope="module")
def server(tables: Path) -> Iterator[Elsewhere]:
    """The server, with the tests' tables."""
    servers = ThrowAwayServers(wanted={"DATABASE_URL"}, durable=True)
    try:
        servers.start()
        postgres = servers.servers["DATABASE_URL"]
        assert isinstance(postgres, Postgres)
        found = Elsewhere(postgres)
        found.say(f"CREATE DATABASE {COPY}")
        run("pg_restore", "--dbname", found.address(COPY), "--no-owner", str(tables))
        yield found
    finally:
        servers.stop()


@pytest.fixture
def elsewhere(transactional_db: None, server: Elsewhere) -> Iterator[Elsewhere]:
    """A fresh database on it, which is Django's for one test, in every thread."""
    server.say(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE {COPY}")
    before = {key: connection.settings_dict[key] for key in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    _move(HOST=str(server.server.sockets), PORT="", USER="waymark", PASSWORD="", NAME=NAME)
    try:
        yield server
    finally:
        _move(**before)


def _move(**address: Any) -> None:
    """Use another database, and forget what was read in the last one, where the same numbers meant other editions."""
    connection.close()
    connection.settings_dict.update(address)
    document_in.cache_clear()
    notes_in.cache_clear()
