"""The weekly letter at the speed of the wire: beat, Celery, ledger, letter and a mail server in another process.

The measure is the machine's own: two processes that hand a ready-made message of the same size to the same server, in
the same run, by `smtplib` over a connection that is kept open.
"""

import email
import email.policy
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import connection

from bench import Figure, _crowd
from roadmap.digests import compose, ledger, planner
from roadmap.digests.verdicts import Claim
from roadmap.models import Brief, Digest

GOAL = 0.5  # of raw sending
QUERIES_GOAL, MEMORY_GOAL, GROWTH_GOAL = 0.2, 150.0, 1.1
MADE = 10_000  # learners; more are copies of these
RAW_MAILS = 4_000  # for each of two processes
SAMPLE = 64
PROCESSES = 2
PASSES = 3  # each beside raw sending of its own: machines that others use change their speed within a minute


@dataclass(frozen=True)
class Run:
    """What it took to send everything: mails a second, the largest worker's megabytes, processor time of a mail in ms.

    The processor time is that of Celery and of all of PostgreSQL, vacuuming included, without the mail server's. `raw`
    is how many mails a second two processes sent that do nothing else, just before and just after.
    """

    rate: float
    raw: float
    megabytes: float
    milliseconds: float

    @property
    def ratio(self) -> float:
        return self.rate / self.raw


def measure(size: int | None) -> tuple[Figure, ...]:
    """Write to `size` learners; beyond ten thousand, to ten thousand and then to their copies too, and compare.

    Up to ten thousand are written to several times; the pass of the middling ratio counts.
    """
    number = size or MADE
    made = min(number, MADE)
    seconds = _crowd.make(made)
    with tempfile.TemporaryDirectory(prefix="waymark-wire-") as folder, _server(Path(folder)) as port:
        message, queries = _sample(made)
        passes = [_beside_raw(port, message, made, Path(folder))]
        while len(passes) < PASSES:
            _crowd.multiply(1)
            passes.append(_beside_raw(port, message, made, Path(folder)))
        passes.sort(key=lambda run: run.ratio)
        first = last = passes[PASSES // 2]
        if number > made:
            _crowd.multiply(number // made)
            number = number // made * made
            last = _beside_raw(port, message, number, Path(folder))
            passes.append(last)
    ratios = ", ".join(f"{run.ratio:.3f}" for run in passes)
    where = f"durable commits, Celery with {PROCESSES} processes"
    figures = [
        _figure(
            "digest",
            round(last.ratio, 3),
            "of raw smtplib",
            GOAL,
            f"{last.rate:.0f} mails/s from first claim to last settle beside {last.raw:.0f} by two processes of "
            f"smtplib with a ready-made message of {len(message)} bytes, to the same server, before and after; "
            f"{number} learners, {where}; briefs kept ready; of the passes {ratios}",
            is_least=True,
        ),
        _figure(
            "digest_processor", round(last.milliseconds, 3), "ms/mail", 2.0, "Celery and PostgreSQL, vacuuming included"
        ),
        _figure(
            "digest_brief",
            round(seconds * 1_000, 2),
            "ms/letter",
            10.0,
            f"one process, {made} letters, reading and writing included; not part of the ratio",
        ),
        _figure(
            "digest_queries",
            queries,
            "queries/mail",
            QUERIES_GOAL,
            f"composing a batch of {SAMPLE}, the ledger's own not counted",
        ),
        _figure(
            "digest_memory",
            last.megabytes,
            "MB",
            MEMORY_GOAL,
            f"peak resident memory of the largest worker process; {number} learners, {where}",
        ),
    ]
    if number > made:
        grown = f"{number} learners beside {made} in the same run"
        memory = last.megabytes / first.megabytes
        cost = last.milliseconds / first.milliseconds
        wall = last.ratio / first.ratio
        figures += [
            _figure("digest_memory_growth", round(memory, 3), "times", GROWTH_GOAL, f"peak memory at {grown}"),
            _figure("digest_cost_growth", round(cost, 3), "times", GROWTH_GOAL, f"processor time of a mail at {grown}"),
            _figure("digest_ratio_growth", round(wall, 3), "times", 0.9, f"the ratio at {grown}", is_least=True),
        ]
    return tuple(figures)


def _figure(name: str, value: float, unit: str, goal: float, how: str, *, is_least: bool = False) -> Figure:
    holds = value >= goal if is_least else value <= goal
    return Figure(name=name, value=value, unit=unit, goal=goal, holds=holds, how=how)


def _beside_raw(port: int, message: bytes, number: int, folder: Path) -> Run:
    """Send everything through Celery, with raw sending before and after, and check it."""
    raw_before = _raw_rate(port, message, folder)
    for file in (folder / "recipients", *folder.glob("*.eml")):
        file.unlink()
    rate, megabytes, milliseconds = _through_celery(port, number)
    _check(folder, number)
    return Run(rate, (raw_before + _raw_rate(port, message, folder)) / 2, megabytes, milliseconds)


def _sample(number: int) -> tuple[bytes, float]:
    """Compose some letters as they will be; return one of middling size, and the queries that each took."""

    users = list(Brief.objects.values_list("user", flat=True)[: min(SAMPLE, number)])
    now = ledger.now()
    claims = [
        Claim(
            id=user,
            user_id=user,
            period=now.date() - timedelta(days=now.weekday()),
            due_at=now,
            expires_at=now,
            message_id="<digest.00000000-0000-0000-0000-000000000000@localhost.localdomain>",
            attempts=0,
            lease=None,  # type: ignore[arg-type]  # nothing is claimed here
        )
        for user in users
    ]
    list(compose.mails(claims, now))  # makes the skeletons
    asked: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own signature
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        mails = [mail for _, mail in compose.mails(claims, now)]
    sizes = sorted((mail.message for mail in mails if isinstance(mail, compose.Mail)), key=len)
    return sizes[len(sizes) // 2], round(len(asked) / len(sizes), 3)


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    words = [sys.executable, "-m", "bench._wire", "server", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def _raw_rate(port: int, message: bytes, folder: Path) -> float:
    """Return how many mails a second two processes send that do nothing else."""
    file = folder / "message"
    file.write_bytes(message)
    words = [sys.executable, "-m", "bench._wire", "send", str(port), str(file)]
    starting = time.monotonic()
    _all([*words, "1"])
    starting = time.monotonic() - starting
    began = time.monotonic()
    _all([*words, str(RAW_MAILS)])
    return PROCESSES * RAW_MAILS / (time.monotonic() - began - starting)


def _all(words: list[str]) -> None:
    """Run the same twice at a time."""
    for process in [subprocess.Popen(words) for _ in range(PROCESSES)]:
        if process.wait():
            raise RuntimeError(f"{words} failed")


def _through_celery(port: int, number: int) -> tuple[float, float, float]:
    """Let beat and a worker send everything; return the rate, the megabytes and the milliseconds of a `Run`."""
    planner.plan_all(ledger.now())
    words = [sys.executable, "-m", "celery", "--app", "config", "worker", "--beat", "--concurrency", str(PROCESSES)]
    environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with subprocess.Popen([*words, "--loglevel", "ERROR"], env=environment, stdout=subprocess.DEVNULL) as worker:
        try:
            leased = Digest.objects.filter(state__in=[Digest.State.CLAIMED, Digest.State.SENDING])
            while not leased.exists():
                time.sleep(0.005)
            began, before = time.monotonic(), _processor_seconds(worker.pid)
            pending = Digest.objects.filter(state=Digest.State.PENDING)
            while pending.exists():
                time.sleep(0.1)  # looking is work, too: PostgreSQL walks past all that was pending
            while leased.exists():
                time.sleep(0.01)
            seconds, processor = time.monotonic() - began, _processor_seconds(worker.pid) - before
            megabytes = max(_peak_megabytes(pid) for pid in _children(worker.pid))
        finally:
            worker.terminate()
    sent = Digest.objects.filter(state=Digest.State.SENT).count()
    if sent != number:
        raise RuntimeError(f"{sent} mails sent to {number} learners")
    return number / seconds, megabytes, processor * 1_000 / number


def _processor_seconds(worker: int) -> float:
    """Return the processor time of Celery and PostgreSQL so far, without what PostgreSQL did for this process.

    Celery ends its session after each task, so those that are over count, too: their parent has what they took.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [ours] = cursor.fetchone()
    server = int(_fields(ours)[1])
    ticks = sum(map(int, _fields(server)[13:15]))
    for pid in (worker, *_children(worker), server, *_children(server)):
        with suppress(FileNotFoundError):  # it has just ended
            ticks += sum(map(int, _fields(pid)[11:13])) if pid != ours else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _fields(pid: int) -> list[str]:
    """Return what Linux counts of a process: from its state on, the third field of proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [peak] = [line for line in lines if line.startswith("VmHWM")]
    return round(int(peak.split()[1]) / 1024, 1)


def _check(folder: Path, number: int) -> None:
    """Everybody got one mail; the sampled ones say what the ledger says."""

    recipients = (folder / "recipients").read_text().split()
    if len(recipients) != number or len(set(recipients)) != number:
        raise RuntimeError(f"{len(recipients)} mails to {len(set(recipients))} of {number} learners")
    sample = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in folder.glob("*.eml")]
    letters = [mail for mail in sample if mail["Message-ID"] and "0000-0000" not in mail["Message-ID"]]
    rows = Digest.objects.in_bulk([mail["Message-ID"] for mail in letters], field_name="message_id")
    for mail in letters:
        row = rows[mail["Message-ID"]]
        text, page = (part.get_content() for kind in ("plain", "html") if (part := mail.get_body((kind,))))
        is_whole = "Hello" in text and "</html>" in page and "[[" not in text + page
        if not is_whole or mail["Subject"] != row.subject or mail["To"].addresses[0].addr_spec != row.to_address:
            raise RuntimeError(f"{mail['Message-ID']} is not what the ledger says")
    if not letters:
        raise RuntimeError("no sample was kept")
