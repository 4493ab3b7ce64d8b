"""The weekly letter at the speed of the wire: beat, Celery, ledger, letter and a mail server in another process.

The measure is the machine's own: two processes that hand a ready-made message of the same size to the same server, in
the same run, by `smtplib` over a connection that is kept open.
"""

import email
import email.policy
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.models import F

from accounts.models import Preferences
from bench import Figure
from roadmap.digests import briefs, compose, ledger, planner
from roadmap.digests.verdicts import Claim
from roadmap.models import Brief, Digest

GOAL = 0.5  # of raw sending
QUERIES_GOAL, MEMORY_GOAL = 0.2, 150.0
RAW_MAILS = 4_000  # for each of two processes
SAMPLE = 64
PROCESSES = 2


def measure(size: int | None) -> tuple[Figure, ...]:
    """Write to `size` created learners; briefs are worked out before, and their cost is a figure of its own."""
    number = size or 10_000
    call_command("create_learners", number, stdout=io.StringIO())
    with tempfile.TemporaryDirectory(prefix="waymark-wire-") as folder, _server(Path(folder)) as port:
        seconds = _prepared(number)
        message, queries = _sample(number)
        raw_before = _raw_rate(port, message, Path(folder))
        (Path(folder) / "recipients").unlink()
        rate, megabytes = _through_celery(port, number)
        _check(Path(folder), number)
        raw = (raw_before + _raw_rate(port, message, Path(folder))) / 2
    run = f"{number} created learners, durable commits, Celery with {PROCESSES} processes"
    value = round(rate / raw, 3)
    how = (
        f"{rate:.0f} mails/s from first claim to last settle beside {raw:.0f} by two processes of smtplib with a "
        f"ready-made message of {len(message)} bytes, to the same server, before and after; {run}; briefs kept ready"
    )
    each = round(seconds / number * 1_000, 2)
    aside = f"one process, {number} letters, reading and writing included; not part of the ratio"
    return (
        Figure(name="digest", value=value, unit="of raw smtplib", goal=GOAL, holds=value >= GOAL, how=how),
        Figure(name="digest_brief", value=each, unit="ms/letter", goal=10.0, holds=each <= 10, how=aside),
        Figure(
            name="digest_queries",
            value=queries,
            unit="queries/mail",
            goal=QUERIES_GOAL,
            holds=queries <= QUERIES_GOAL,
            how=f"composing a batch of {SAMPLE}, the ledger's own not counted",
        ),
        Figure(
            name="digest_memory",
            value=megabytes,
            unit="MB",
            goal=MEMORY_GOAL,
            holds=megabytes < MEMORY_GOAL,
            how=f"peak resident memory of the largest worker process; {run}",
        ),
    )


def _prepared(number: int) -> float:
    """Work out every brief half an hour ahead, then let all of them be due; return the seconds that it took."""

    ahead = timedelta(minutes=30)
    Preferences.objects.update(digest_due_at=ledger.now() + ahead)
    began = time.monotonic()
    while briefs.prepare(ledger.now()):
        pass
    seconds = time.monotonic() - began
    kept = Brief.objects.exclude(key="").count()
    if kept != number:
        raise RuntimeError(f"{kept} briefs for {number} learners")
    Preferences.objects.update(digest_due_at=F("digest_due_at") - ahead)
    Brief.objects.update(due_at=F("due_at") - ahead)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


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
    compose.mails(claims, now)  # makes the skeletons
    asked: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own signature
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        mails, _ = compose.mails(claims, now)
    sizes = sorted((mail.message for mail in mails.values()), key=len)
    return sizes[len(sizes) // 2], round(len(asked) / len(mails), 3)


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


def _through_celery(port: int, number: int) -> tuple[float, float]:
    """Let beat and a worker send everything; return mails a second, and the megabytes of the largest process."""

    planner.plan_all(ledger.now())
    words = [sys.executable, "-m", "celery", "--app", "config", "worker", "--beat", "--concurrency", str(PROCESSES)]
    environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    with subprocess.Popen([*words, "--loglevel", "ERROR"], env=environment, stdout=subprocess.DEVNULL) as worker:
        try:
            leased = Digest.objects.filter(state__in=[Digest.State.CLAIMED, Digest.State.SENDING])
            while not leased.exists():
                time.sleep(0.005)
            began = time.monotonic()
            while ledger.unsettled():
                time.sleep(0.05)
            seconds = time.monotonic() - began
            megabytes = max(_peak_megabytes(pid) for pid in _children(worker.pid))
        finally:
            worker.terminate()
    sent = Digest.objects.filter(state=Digest.State.SENT).count()
    if sent != number:
        raise RuntimeError(f"{sent} mails sent to {number} learners")
    return number / seconds, megabytes


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


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
