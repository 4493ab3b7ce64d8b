"""`make bench`: print each figure as one JSON object a line. A missed goal is a figure too: the exit status stays 0.

The servers are real and durable, as in production, and thrown away afterwards, unless DATABASE_URL and REDIS_URL name
others. Every benchmark is a process of its own, so that none warms another's caches.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import django

from bench import Figure
from config.servers import ThrowAwayServers

FOLDER = Path(__file__).parent


def main() -> int:
    """Run the named benchmark, or all of them one after the other."""
    names = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="?", choices=names)
    parser.add_argument("--size", type=int, help="how much to measure on; each benchmark has its own unit and default")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        django.setup()
        found: Figure | tuple[Figure, ...] = import_module(f"bench.{options.only}").measure(options.size)
        for figure in found if isinstance(found, tuple) else (found,):
            print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)
        return 0
    return run([options.only] if options.only else names, ["--size", str(options.size)] if options.size else [])


def run(names: list[str], words: list[str]) -> int:
    """Measure `names` on servers of our own, each in a fresh process; 1 when one of them broke."""
    servers = ThrowAwayServers(wanted={"DATABASE_URL", "REDIS_URL"} - set(os.environ), durable=True)
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as var_dir:
        try:
            environment = {
                **os.environ,
                **servers.start(),
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "WAYMARK_EMBEDDED": "1",
                "SECRET_KEY": secrets.token_urlsafe(50),
                "VAR_DIR": var_dir,
                "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
                "LOG_LEVEL": "WARNING",
            }
            prepare = [sys.executable, "manage.py", "prepare"]
            subprocess.run(prepare, env=environment, check=True, stdout=subprocess.DEVNULL)
            command = [sys.executable, "-m", "bench", "--here"]
            return max(
                subprocess.run([*command, *words, name], env=environment, check=False).returncode for name in names
            )
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main())
