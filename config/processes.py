"""A long-running program in our care: started on a tether, stopped politely, or killed with all that it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


def tethered(
    command: Sequence[str],
    *,
    prefix: Sequence[str] = (),
    signal_number: int = signal.SIGKILL,
    uid: int | None = None,
) -> list[str]:
    """The words that run `command` so that it gets `signal_number` when we are gone.

    `prefix` are words that run a command as somebody else, such as `unshare …`; `uid` is a user to become instead.
    """
    tether = (sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(signal_number)))
    return [*prefix, *tether, "-" if uid is None else str(uid), *command]


class StartError(Exception):
    """A program did not come up. The message is for people and says what to do or where to look."""


@dataclass(kw_only=True)
class Program:
    """How to run something, and the running of it.

    `stop_signal` asks it to end in order; `tether_signal` comes when we die without a word.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    tether_signal: signal.Signals = signal.SIGKILL
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C in the terminal reaches us, and we end it in order."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                tethered(self.command, prefix=self.prefix, signal_number=self.tether_signal, uid=self.uid),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait for `ready()`; StartError with the end of the log when the program ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running or time.monotonic() > deadline:
                raise StartError(f"{self.name} did not start; {self.log} ends with:\n{self.last_words()}")
            time.sleep(0.02)

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(self.stop_signal)

    def stop(self, *, seconds: float = 10) -> None:
        """End it: politely, and after `seconds` together with everything in its session's process group."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
