"""How long `make run` takes to serve when everything is there already."""

import os
import subprocess
import sys
import tempfile
import time
from statistics import median

from bench import Figure

GOAL = 10.0
SERVER_NAMES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "VAR_DIR")


def measure(size: int | None) -> Figure:
    """Start and stop the whole stack `size` times after a first start; the median."""
    starts = size or 3
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as var_dir:
        seconds = [seconds_to_ready(var_dir) for _ in range(starts + 1)][1:]
    value = round(median(seconds), 2)
    how = f"median of {starts} starts on existing data, from the command to the line `Ready:`"
    return Figure(name="second_start", value=value, unit="s", goal=GOAL, holds=value < GOAL, how=how)


def seconds_to_ready(var_dir: str) -> float:
    """One start with its own servers; the stack is stopped in order afterwards."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVER_NAMES}
    environment.pop("STATICFILES_STORAGE", None)
    began = time.monotonic()
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "config.embedded"],
        env={**environment, "VAR_DIR": var_dir, "PORT": "8765"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    ready = any(line.startswith("Ready:") for line in supervisor.stdout)
    seconds = time.monotonic() - began
    supervisor.terminate()
    supervisor.wait(60)
    if not ready:
        raise RuntimeError("the stack did not start")
    return seconds
