"""Sends what the ledger says is due: claims a batch, composes it, and takes it to the wire window by window."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from roadmap.models import Digest

from . import compose, gate, ledger
from .compose import Mail
from .transport import Fate, Outcome, Transport
from .verdicts import Claim, Verdict, verdict

BATCH = 64
WINDOW = 8  # the most that a killed sender leaves uncertain
FRESH_SECONDS = 1.0  # a right to send that is older is asked for again
SILENCES = 3  # mails in a row to which a server said nothing: it is as good as away

Clock = Callable[[], datetime]
Letters = list[tuple[Claim, Mail]]
State = Digest.State

log = structlog.get_logger(__name__)


def drain(
    transport: Transport,
    *,
    clock: Clock = ledger.now,
    seconds: float = float("inf"),
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Counter[State], bool]:
    """Send until nothing is due, the gate is closed, the server is away, the time is up or we are told to stop.

    Return how many digests were settled, by state, and whether there is more to do at once.
    """
    end = time.monotonic() + seconds

    def is_over() -> bool:
        return should_stop() or time.monotonic() >= end

    settled = ledger.reclaim(clock())
    del settled[State.PENDING]
    settled[State.EXPIRED] += ledger.expire(clock())
    while True:
        if is_over():
            return settled, True
        claims = ledger.claim(clock(), limit=BATCH)
        if not claims:
            return settled, False
        batch = _Batch(claims, transport, clock)
        batch.send(is_over)
        settled.update(batch.settled)
        if not batch.is_server_there:
            gate.trip(clock())
            return settled, False
        if batch.was_answered:
            gate.recover()


class _Batch:
    """One claimed batch on its way. One commit settles a window and marks the next: a small part of one per digest."""

    def __init__(self, claims: Sequence[Claim], transport: Transport, clock: Clock) -> None:
        self.transport, self.clock = transport, clock
        self.lease = claims[0].lease
        self._now, self._told_at = clock(), time.monotonic()
        self._composing = compose.mails(claims, self._now)
        self._composed: Letters = []
        self._failure: Exception | None = None
        self.verdicts: list[Verdict] = []
        self.outcomes: list[tuple[Claim, Outcome]] = []
        self.settled: Counter[State] = Counter()
        self.is_server_there = True
        self.was_answered = False
        self._silences = 0
        self._asked_at = 0.0

    def send(self, is_over: Callable[[], bool]) -> None:
        """Take the batch to the wire; settle what went, and give back what did not, whatever ends us."""
        is_through = False
        try:
            while window := self._window():
                if not self.is_server_there or is_over():
                    break
                self._send_window(window)
            else:
                is_through = True
        finally:
            self._commit([])
            if not is_through:
                ledger.release(self.lease)

    def _window(self) -> Letters:
        """Return what goes next, composed; most of it was while the server had its say on what went before."""
        while self._compose():
            pass
        window, self._composed = self._composed, []
        return window

    def _compose(self) -> bool:
        """Compose one more letter of the next window; return whether there was one."""
        if len(self._composed) == WINDOW or (found := next(self._composing, None)) is None:
            return False
        claim, mail = found
        if isinstance(mail, Verdict):
            self.verdicts.append(mail)
        else:
            self._composed.append((claim, mail))
        return True

    def _compose_meanwhile(self) -> None:
        """Compose one more while a server has its say. An error is no word of the server's: it waits for the answer."""
        try:
            self._compose()
        except Exception as error:
            self._failure = error

    def _send_window(self, window: Letters) -> None:
        going = window
        try:
            going = self._rightful(self._commit(going))
            while going:
                (claim, mail), *going = going
                self._hand_over(claim, mail, then=going[0][1].envelope.address if going else "")
                going = self._rightful(going)
        finally:
            self._give_back(going)

    def _commit(self, letters: Letters) -> Letters:
        """Settle what is known, mark `letters` as going out, and return those that may go."""
        envelopes = {claim.id: mail.envelope for claim, mail in letters}
        now = self._moment()
        verdicts = [*self.verdicts, *(verdict(claim, outcome, now) for claim, outcome in self.outcomes)]
        self._asked_at = time.monotonic()  # not after: rights are read first, and a commit may have to wait
        turn = ledger.turn(now, self.lease, verdicts=verdicts, envelopes=envelopes)
        self.settled.update(turn.settled)
        self._tell(verdicts, left_out=[digest for digest in envelopes if digest not in turn.sending])
        self.verdicts, self.outcomes = [], []
        return [(claim, mail) for claim, mail in letters if claim.id in turn.sending]

    def _tell(self, verdicts: Sequence[Verdict], *, left_out: Sequence[int]) -> None:
        """Name the digests of a commit in the log: a line for eight of them. Why one was left out, its row says."""
        settled: dict[str, list[int]] = {}
        for found in verdicts:
            settled.setdefault(found.state.value, []).append(found.id)
        if settled:
            log.info("digests_settled", **settled)
        if left_out:
            log.info("digests_left_out", digests=left_out)

    def _moment(self) -> datetime:
        """Return the clock's time, not older than a right to send may be: a window lasts a few milliseconds."""
        if time.monotonic() - self._told_at > FRESH_SECONDS:
            self._now, self._told_at = self.clock(), time.monotonic()
        return self._now

    def _rightful(self, letters: Letters) -> Letters:
        """Return those that may go now; where a slow server, a commit or a freeze made their right old, ask once more.

        Who unsubscribed meanwhile is not written to, and nothing goes whose lease is over. That was taken for
        uncertain, but we know that it never went: it is given back. So is all of it where the second answer comes too
        late as well: nobody is written to on an old right, and a sender must not ask for ever, deaf to its time limit.
        """
        if not (letters and self.is_server_there and self._is_right_old()):
            return letters
        going = self._commit(letters)
        if self._is_right_old():
            going = []
        ours = {claim.id for claim, _ in going}
        self._give_back([(claim, mail) for claim, mail in letters if claim.id not in ours])
        return going

    def _give_back(self, letters: Letters) -> None:
        self.verdicts += [Verdict(claim.id, State.PENDING) for claim, _ in letters]

    def _is_right_old(self) -> bool:
        return time.monotonic() - self._asked_at > FRESH_SECONDS

    def _hand_over(self, claim: Claim, mail: Mail, *, then: str) -> None:
        if self.is_server_there:
            address = mail.envelope.address
            outcome = self.transport.send(address, mail.message, then=then, meanwhile=self._compose_meanwhile)
            self._judge_server(outcome)
        else:
            outcome = Outcome(Fate.AWAY)
        self.outcomes.append((claim, outcome))
        if outcome.fate is not Fate.SENT:
            tell = log.error if outcome.fate is Fate.REJECTED else log.warning
            tell("digest_not_sent", digest=claim.id, fate=outcome.fate.value, code=outcome.code)
        if self._failure is not None:
            raise self._failure

    def _judge_server(self, outcome: Outcome) -> None:
        """One that hangs or drops mail after mail is away, too: else a whole crowd would end uncertain."""
        is_silent = outcome.fate in {Fate.LOST, Fate.UNCERTAIN}
        self._silences = self._silences + 1 if is_silent else 0
        self.is_server_there = outcome.fate is not Fate.AWAY and self._silences < SILENCES
        self.was_answered = self.was_answered or not (is_silent or outcome.fate is Fate.AWAY)
