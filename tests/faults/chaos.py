"""A small world for digests in which everything may end at any moment, and the books that are kept about it.

Real processes: two beats, a worker with three planners, two workers with four senders each; PostgreSQL with durable
commits, Redis, and a mail server that misbehaves by dice. Blows fall as the work proceeds, so that slow machines see
as many as quick ones.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from config.servers import ThrowAwayServers
from tests.faults.elsewhere import run
from tests.faults.forks import Forks, children_of, lives
from tests.faults.hostile_smtp import HostileServer
from tests.processes import eventually

BEHAVIOURS = {
    "ok": 850,
    "rcpt 451 4.7.1 later": 40,
    "dot 452 4.3.1 full": 20,
    "rcpt 550 5.1.1 no such user": 10,
    "dot 554 5.7.1 spam": 10,
    "mail 421 closing": 5,
    "drop-mail": 10,
    "drop-354": 10,
    "drop-body": 10,
    "drop-dot": 10,
    "hang-dot": 5,
    "quit": 5,
}
# So short that a letter is quickly composed, and so long that nobody walks it to its end.
ROADMAP = """
format: 1
slug: pottery
title: Pottery
stages: [{slug: basics, title: Basics}]
milestones:
  - {slug: clay, stage: basics, title: Know your clay, effort_hours: {low: 4, likely: 6, high: 9}}
  - {slug: bowl, stage: basics, title: Throw a bowl, effort_hours: {low: 9000, likely: 9900, high: 9990}}
"""
AFTER_THE_DOT = ("drop-dot", "hang-dot", "drop-body")  # a drop in the body may be noticed too late
WORKERS = {"planners": ("planners", 3), "senders-1": ("celery", 4), "senders-2": ("celery", 4)}
BEATS = ("beat-1", "beat-2")


@dataclass
class MoodyServer(HostileServer):
    """Throws dice for each mail, and counts what it threw; to half the connections it offers pipelining."""

    dice: random.Random = field(default_factory=random.Random)
    thrown: Counter[str] = field(default_factory=Counter)

    def _next(self) -> str:
        [act] = self.dice.choices(list(BEHAVIOURS), list(BEHAVIOURS.values()))
        self.thrown[act] += 1
        return act

    def _offered(self) -> str:
        return self.dice.choice(["", "PIPELINING"])

    def arrived(self) -> Counter[str]:
        """How many mails each address got."""
        lines = (line for body in self.kept for line in body.decode().splitlines())
        return Counter(line.split()[-1].strip("<>") for line in lines if line.startswith("To: "))


class World:
    """Everything that a weekly letter needs, and somebody who breaks it.

    `blows` counts kill -9; `senders_killed` those of them, and of the children of killed workers, that were senders.
    """

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder, self.dice = folder, random.Random(seed)
        self.smtp = MoodyServer(dice=random.Random(seed), hang_seconds=3.0)
        self.servers = ThrowAwayServers(durable=True)
        self.environment: dict[str, str] = {}
        self.parts: dict[str, int] = {}
        self.forks: Forks | None = None
        self.blows = self.senders_killed = 0

    @contextmanager
    def running(self, *, learners: int, tables: Path) -> Iterator[None]:
        """Everything started, with so many learners to whom a digest is due: to each fiftieth since three days ago."""
        self.smtp.start()
        try:
            self.environment = {
                **os.environ,
                **self.servers.start(),
                "VAR_DIR": str(self.folder),
                "EMAIL_URL": self.smtp.url,
                "LOG_LEVEL": "ERROR",
            }
            run("pg_restore", "--dbname", self.environment["DATABASE_URL"], "--no-owner", str(tables))
            self.forks = Forks(self.folder, self.environment)
            self._populate(learners)
            self.mend()
            yield
        finally:
            if self.forks is not None:
                self.forks.stop()
            self.smtp.stop()
            self.servers.stop()

    def _populate(self, learners: int) -> None:
        roadmap = self.folder / "pottery.yaml"
        roadmap.write_text(ROADMAP)
        assert self.forks is not None
        for words in (("prepare", "--roadmap", str(roadmap)), ("create_learners", str(learners))):
            self.forks.run(*words, seconds=300)
        self.ask(
            "UPDATE accounts_preferences SET digest_weekday = (digest_weekday + 4) % 7,"
            " digest_due_at = digest_due_at - interval '3 days' WHERE user_id % 50 = 0 RETURNING 1"
        )
        assert self.ask("SELECT count(*) FROM roadmap_enrolment") == [(learners,)]

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database, until it answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
                    return connection.execute(statement.encode()).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def mend(self) -> None:
        """Start what is not running, as a supervisor does."""
        for name in (*BEATS, *WORKERS):
            if name not in self.parts or not lives(self.parts[name]):
                self.parts[name] = self._start(name)

    def _start(self, name: str) -> int:
        if name in BEATS:
            words = ("beat", "--schedule", str(self.folder / name), "--pidfile=")
        else:
            queue, processes = WORKERS[name]
            words = ("worker", "--queues", queue, "--concurrency", str(processes), "--hostname", name)
            words += ("--without-gossip", "--without-mingle", "--without-heartbeat")
        assert self.forks is not None
        return self.forks.start(name, "celery", *words, "--loglevel", "ERROR")

    # --- Blows ---------------------------------------------------------------------------------------------------

    def kill_a_process(self) -> None:
        """Kill a child of a worker; now and then a worker with all its children, or a beat."""
        before = self.blows
        while self.blows == before:  # one that has just ended by itself does not count
            self.mend()
            self._kill_somebody()

    def _kill_somebody(self) -> None:
        name = self.dice.choice((*WORKERS, "senders-1", "senders-2"))
        children = children_of(self.parts[name])
        if self.dice.random() < 0.02 or not children:
            name = self.dice.choice((*WORKERS, *BEATS))
            children = children_of(self.parts[name])
            self._kill(self.parts[name])
            self.senders_killed += len(children) if name.startswith("senders") else 0
        else:
            self._kill(self.dice.choice(children))
            self.senders_killed += name.startswith("senders")

    def _kill(self, process: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            self.blows += 1

    def restart_postgres(self) -> None:
        """End PostgreSQL as a power cut does, and start it again."""
        self._restart("DATABASE_URL", signal.SIGQUIT)

    def restart_redis(self) -> None:
        self._restart("REDIS_URL", signal.SIGKILL)

    def flush_redis(self) -> None:
        redis.Redis.from_url(self.environment["REDIS_URL"]).flushall()

    def fill_redis(self) -> None:
        """Leave it no room for a second: whoever writes to it is refused."""
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as broker:
            broker.config_set("maxmemory", 1)
            time.sleep(1)
            broker.config_set("maxmemory", 0)

    def _restart(self, which: str, how: signal.Signals) -> None:
        server = self.servers.servers[which]
        assert server.program.process is not None
        server.program.process.send_signal(how)
        server.program.process.wait()
        server.start()

    def unsubscribe_somebody(self) -> None:
        self.ask(
            "UPDATE accounts_preferences SET digest_enabled = false WHERE user_id IN"
            " (SELECT user_id FROM roadmap_digest WHERE state = 'pending' ORDER BY random() LIMIT 5) RETURNING 1"
        )

    # --- Rage, and the books ---------------------------------------------------------------------------------------

    def rage(self, *, learners: int, kills: int, restarts: int, seconds: float) -> None:
        """Let the blows fall, evenly over the work, until all of them fell and all digests are settled."""
        blows: list[tuple[float, Callable[[], None]]] = []
        for blow, count in (
            (self.kill_a_process, kills),
            (self.restart_postgres, restarts),
            (self.restart_redis, restarts),
            (self.flush_redis, restarts),
            (self.fill_redis, restarts),
            (self.unsubscribe_somebody, restarts),
        ):
            blows += [(self.dice.uniform(0.01, 0.9) * learners, blow) for _ in range(count)]
        waiting = deque(sorted(blows, key=lambda at_and_blow: at_and_blow[0]))
        deadline = time.monotonic() + seconds
        while waiting and time.monotonic() < deadline:
            if waiting[0][0] <= self.smtp.thrown.total():
                waiting.popleft()[1]()
            self.mend()
            time.sleep(0.02)
        assert not waiting, f"{len(waiting)} blows did not fall in time"
        assert eventually(self._is_over, seconds=deadline - time.monotonic()), self.books()

    def _is_over(self) -> bool:
        self.mend()
        time.sleep(0.3)
        owed = "SELECT count(*) FROM accounts_preferences WHERE digest_enabled AND digest_due_at <= now()"
        unsettled = "SELECT count(*) FROM roadmap_digest WHERE state IN ('pending', 'claimed', 'sending')"
        return self.ask(f"SELECT ({owed}) + ({unsettled})") == [(0,)]

    def books(self) -> dict[str, int]:
        """The ledger, by state."""
        return dict(self.ask("SELECT state, count(*) FROM roadmap_digest GROUP BY 1"))

    def addresses(self, state: str) -> set[str]:
        """Whom the digests in a state were for."""
        rows = self.ask(
            f"SELECT email FROM roadmap_digest d JOIN accounts_user u ON u.id = d.user_id WHERE state = '{state}'"  # noqa: S608 – our own word
        )
        return {email for (email,) in rows}
