"""Looking at real processes from outside."""

import time
from collections.abc import Callable
from pathlib import Path


def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> bool:
    """Whether `condition` comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_of(text: str) -> dict[int, str]:
    """The living processes whose command line, environment or working directory contains `text`: {id: command line}."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            about = line.encode() + (folder / "environ").read_bytes() + bytes((folder / "cwd").readlink())
        except OSError:
            continue  # it has ended meanwhile, or is not ours
        if text.encode() in about:
            found[int(folder.name)] = line
    return found
