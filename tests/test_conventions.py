"""The rules of the house, as far as a machine can see them; each is shown to be able to fail.

Who may import whom stands in pyproject.toml for import-linter; these are the rules it cannot express.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

SOURCES = ("accounts", "bench", "config", "roadmap", "tests")
LONGEST_FILE = 400
LONGEST_TEST = 600  # one subject, many cases
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "time_ns", "monotonic"}
EMPTY_REASONS = re.compile(r"#\s*(noqa|type:\s*ignore)(:\s*[A-Z0-9, ]+|\[[a-z, -]+\])?\s*$", re.MULTILINE)
INLINE = re.compile(
    r"<style\b|<script(?![^>]*(\bsrc=|type=\"application/(ld\+)?json\"))|\sstyle=|\son[a-z]+=\"|\shx-on", re.IGNORECASE
)
UNSAFE = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off")


def imports_in_functions(source: str) -> Iterator[str]:
    """A module says at its top what it needs."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"line {node.lineno} imports inside {function.name}"


def signals(source: str) -> Iterator[str]:
    """The domain calls what it wants done; nothing happens behind a `save`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and re.match(r"django\.(dispatch|.*signals)", node.module or ""):
            yield f"line {node.lineno} imports {node.module}"


def clock(source: str) -> Iterator[str]:
    """Pure code is told the time; it never asks."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield f"line {node.lineno} asks a clock"


def length(source: str, *, limit: int = LONGEST_FILE) -> Iterator[str]:
    """A long file has more than one subject."""
    lines = source.count("\n")
    if lines > limit:
        yield f"has {lines} lines"


def unexplained(source: str) -> Iterator[str]:
    """Whoever silences a tool says why, on the same line."""
    for match in EMPTY_REASONS.finditer(source):
        yield f"silences without a reason: {match.group()}"


def inline_code(template: str) -> Iterator[str]:
    """The content security policy would refuse it anyway."""
    yield from (match.group() for match in INLINE.finditer(template))


def unescaped(template: str) -> Iterator[str]:
    """What people wrote is escaped; Markdown is cleaned in Python, which marks its own result."""
    yield from (match.group() for match in UNSAFE.finditer(template))


def python_files(repository: Path, *folders: str) -> list[Path]:
    return [
        path for folder in folders for path in (repository / folder).rglob("*.py") if "migrations" not in path.parts
    ]


def pure_files(repository: Path) -> list[Path]:
    names = ("document", "standing", "planning", "calendar", "news", "charts")
    single = [repository / "roadmap" / f"{name}.py" for name in names]
    folders = [path for name in names for path in (repository / "roadmap" / name).rglob("*.py")]
    return [path for path in (*single, *folders) if path.exists()]


def templates(repository: Path) -> list[Path]:
    return list((repository / "templates").rglob("*.html"))


def our_templates(repository: Path) -> list[Path]:
    """All but the form parts, which show Django's help texts: those come from code and may be HTML."""
    return [path for path in templates(repository) if "forms" not in path.parts]


def pages(repository: Path) -> list[Path]:
    """Mails need their style inline: no client fetches a stylesheet."""
    return [path for path in templates(repository) if "emails" not in path.parts]


Rule = Callable[[str], Iterator[str]]
RULES: dict[str, tuple[Rule, Callable[[Path], list[Path]], str]] = {
    "imports stand at the top": (
        imports_in_functions,
        lambda root: python_files(root, *SOURCES),
        "def f():\n    import os\n",
    ),
    "no signals in the domain": (
        signals,
        lambda root: python_files(root, "accounts", "roadmap"),
        "from django.db.models.signals import post_save\n",
    ),
    "pure code asks no clock": (clock, pure_files, "import datetime\nx = datetime.date.today()\n"),
    "files are short": (
        length,
        lambda root: python_files(root, "accounts", "bench", "config", "roadmap"),
        "x = 1\n" * (LONGEST_FILE + 1),
    ),
    "test files are not endless": (
        partial(length, limit=LONGEST_TEST),
        lambda root: python_files(root, "tests"),
        "x = 1\n" * (LONGEST_TEST + 1),
    ),
    "silence has a reason": (
        unexplained,
        lambda root: python_files(root, *SOURCES),
        "x = 1  # noqa" + ": E501\n",
    ),
    "pages have no inline code": (inline_code, pages, '<p style="color: red">'),
    "templates escape": (unescaped, our_templates, "{{ milestone.notes|safe }}"),
}


@pytest.mark.parametrize("name", RULES)
def test_rule_is_kept(name: str, repository: Path) -> None:
    rule, files, _ = RULES[name]
    broken = [f"{path.relative_to(repository)} {what}" for path in files(repository) for what in rule(path.read_text())]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("name", RULES)
def test_rule_can_fail(name: str) -> None:
    rule, _, bad = RULES[name]
    assert list(rule(bad))


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_arrows_of_import_point_one_way(repository: Path) -> None:
    done = lint_imports(repository)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("roadmap/models/__init__.py", "import roadmap.actions"),
        ("roadmap/document.py", "import django"),
        ("accounts/models.py", "import roadmap.models"),
        ("roadmap/actions.py", "import config"),
    ],
)
def test_an_arrow_that_points_back_is_found(module: str, line: str, repository: Path, tmp_path: Path) -> None:
    for package in ("accounts", "config", "roadmap", "roadmap/models"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    rules = (repository / "pyproject.toml").read_text()
    contracts = {contract["id"]: contract for contract in tomllib.loads(rules)["tool"]["importlinter"]["contracts"]}
    for name in ("accounts.models", "roadmap.actions", *contracts["pure"]["source_modules"]):
        (tmp_path / name.replace(".", "/")).with_suffix(".py").touch()
    (tmp_path / "pyproject.toml").write_text(rules)
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / module).write_text(line + "\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
