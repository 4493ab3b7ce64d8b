"""Files that mean harm, through the real command: refused whole, in words that name the place, quickly and in little
memory. Each is read in a process forked off one that has started, so that what is measured is beyond the start-up."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from roadmap.document import dump, from_data
from roadmap.models import Roadmap
from tests.roadmap.document.test_reading import HOSTILE, milestone, small, with_bread

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS, KIBIBYTES = 1, 200 * 1024
START = """
import gc, json, os, sys
import django
from django.core import checks
from django.core.management import execute_from_command_line, load_command_class
django.setup()
load_command_class("roadmap", "load_roadmap")
checks.run_checks()
gc.freeze()  # else what is collected in a child is copied first
for path in sys.argv[1:]:
    child = os.fork()
    if not child:
        os.dup2(os.open(path + ".said", os.O_WRONLY | os.O_CREAT), 2)
        code = 0
        try:
            execute_from_command_line(["manage.py", "load_roadmap", path])
        except SystemExit as end:
            code = end.code
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]), flush=True)
"""


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


GOOD = dump(from_data(small())).encode()
FILES = HOSTILE | {
    "an archive bomb": (zipped("road.yaml", bytes(50 * 1024 * 1024)), "is this an archive"),
    "a compressed bomb": (gzip.compress(bytes(50 * 1024 * 1024)), "is this an archive"),
    "a way out of an archive": (zipped("../road.yaml", GOOD), "is this an archive"),
    "a way out of a tape": (packed("../../etc/cron.d/road", GOOD), "is this an archive"),
    "an unknown prerequisite": (
        json.dumps(with_bread(prerequisites=["oat"])).encode(),
        "milestones[bread].prerequisites: there is no milestone oat",
    ),
    "a slug twice": (
        json.dumps(small(milestones=[milestone("rye"), milestone("wheat"), milestone("rye")])).encode(),
        "milestones[rye]: rye appears twice",
    ),
    "a wrong type": (json.dumps(with_bread(title=["Bread"])).encode(), "milestones[bread].title: should be a text"),
    "milestones as a text": (b"format: 1\nslug: a\ntitle: A\nstages: []\nmilestones: none", "line 5: milestones: "),
}


def test_a_hostile_file_is_refused_whole_in_words_quickly_and_in_little_memory(
    repository: Path, tmp_path: Path
) -> None:
    paths = []
    for number, (data, _) in enumerate(FILES.values()):
        paths.append(tmp_path / f"{number}.yaml")
        paths[-1].write_bytes(data)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", START, *map(str, paths)]
    out = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=True).stdout
    for (name, (_, said)), path, line in zip(FILES.items(), paths, out.splitlines(), strict=True):
        code, seconds, kibibytes = json.loads(line)
        message = path.with_name(f"{path.name}.said").read_text()
        assert code == 1, name
        assert message.startswith(f"CommandError: {path} is refused, nothing was changed:\n"), (name, message)
        assert said in message, (name, message)
        assert message.replace("\n", "").isprintable(), name
        assert len(message) < 5_000, name
        assert seconds < SECONDS, (name, seconds)
        assert kibibytes < KIBIBYTES, (name, kibibytes)
    assert not Roadmap.objects.exists()
