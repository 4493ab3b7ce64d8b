"""Processes that end with their parent, whatever ends it.

As a script it runs a command on such a tether, if need be as another user:

    python -I -S tether.py PARENT SIGNAL UID COMMAND …

The kernel sends SIGNAL when the process PARENT is gone, also by SIGKILL, which no handler sees. UID is `-` or a number.
Linux only; elsewhere the command simply runs. Nothing but the standard library: it also runs as a user who cannot read
our environment.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel for `signal_number` when the parent (more exactly: the thread that forked us) is gone.

    With `parent` given, a parent that died before we could ask counts too.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal_number) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal_number)


def main(parent: str, signal_number: str, uid: str, *command: str) -> None:
    """Become `command`. A change of user clears the tether, so it comes first."""
    if uid != "-":
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    die_with_parent(int(signal_number), parent=int(parent))
    os.execvp(command[0], command)  # noqa: S606 - becoming the command is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
