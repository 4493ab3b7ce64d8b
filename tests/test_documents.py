"""What the repository's documents say is there is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"^#? ?([A-Z][A-Z_]+)=", re.MULTILINE)


def documents(repository: Path) -> list[Path]:
    return [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]


def anchors(document: Path) -> set[str]:
    """The anchors that headings get on a code forge."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def dead_links(document: Path) -> list[str]:
    """Links to files or headings that are not there. What is out on the web is not ours to break."""
    dead = []
    for match in LINK.finditer(FENCE.sub("", document.read_text())):
        target = match["target"]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path) if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(f"{document.name}: {target}")
    return dead


def test_links_in_documents_lead_somewhere(repository: Path) -> None:
    assert not [link for document in documents(repository) for link in dead_links(document)]


@pytest.mark.parametrize("target", ["nowhere.md", "#no-such-heading", "there.md#nor-here"])
def test_a_dead_link_is_found(target: str, tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# There\n")
    (tmp_path / "here.md").write_text(
        f"# Here\n[a](there.md#there) [b](#here) [c](https://example.org) [d]({target})\n"
    )
    assert dead_links(tmp_path / "here.md") == [f"here.md: {target}"]


def test_tests_that_documents_name_are_there(repository: Path) -> None:
    named = re.findall(r"\[`(test_\w+)`\]\(\.\./(tests/\S+\.py)\)", (repository / "docs/faults.md").read_text())
    assert len(named) > 30
    assert not [test for test, file in named if f"def {test}(" not in (repository / file).read_text()]


def test_compose_file_fits_the_schema(repository: Path) -> None:
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, repository / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_example_relay_signs_what_unsubscribing_rests_on(repository: Path) -> None:
    """RFC 8058, section 4: without it, no mail program should offer its own button."""
    mail = yaml.safe_load((repository / "docker-compose.yml").read_text())["services"]["mail"]["environment"]
    for setting in ("OPENDKIM_SignHeaders", "OPENDKIM_OversignHeaders"):  # the second: nobody adds another one
        signed = {name.casefold() for name in mail[setting].split(",")}
        assert {"list-unsubscribe", "list-unsubscribe-post", "from", "subject", "date", "message-id"} <= signed


def test_every_variable_that_settings_read_is_in_the_example(repository: Path) -> None:
    listed = set(VARIABLE.findall((repository / ".env.example").read_text()))
    files = [repository / "config" / name for name in ("settings.py", "gunicorn.py")]
    text = "\n".join(path.read_text() for path in files)
    read = set(re.findall(r"(?:env\.\w+|required|environ\.get)\(\s*\"([A-Z_]+)\"", text))
    internal = {"WAYMARK_EMBEDDED", "STATICFILES_STORAGE", "STATIC_ROOT"}
    assert read - internal <= listed, read - internal - listed
