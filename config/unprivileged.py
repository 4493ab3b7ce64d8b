"""Running PostgreSQL, which refuses to run as root, on a machine where we are root.

An ordinary user needs none of this. For root there are two ways, tried in order: a user namespace in which root is
called `nobody`, which needs no account, no copy and no change of permissions; or, where a container forbids namespaces,
the account `nobody` itself, with folders of its own wherever it cannot reach ours.
"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.processes import StartError, tethered

NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
FOREIGN_HOME = Path("/var/lib/waymark")


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who runs the server, and from where: `installation` holds bin/, `data` the cluster."""

    installation: Path
    data: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def run(self, *command: str) -> str:
        """Run a short command as this account; its output, or StartError with what it said."""
        words = tethered(command, prefix=self.prefix, uid=self.uid)
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise StartError(f"{command[0]} failed:\n{done.stderr.strip()}")
        return done.stdout

    def can(self, *command: str) -> bool:
        try:
            self.run(*command)
        except (OSError, StartError):
            return False
        return True

    def can_use(self, folder: Path) -> bool:
        """Whether it may create something in the nearest existing parent of `folder`."""
        while not folder.exists():
            folder = folder.parent
        return self.can("/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder))

    @property
    def version(self) -> str:
        """Such as `18.6`."""
        return self.run(str(self.installation / "bin/postgres"), "--version").split()[2]

    def own(self, path: Path) -> None:
        """Hand a folder to the account, where it is somebody else than we are."""
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)

    def forget(self) -> None:
        """Remove data that had to live elsewhere than we asked for."""
        if self.data.is_relative_to(FOREIGN_HOME):
            shutil.rmtree(self.data, ignore_errors=True)


def account_for(installation: Path, data: Path, *, namespaces: bool = True) -> Account:
    """The least surprising account that can run `installation` on `data` (which need not exist yet)."""
    ourselves = Account(installation=installation, data=data)
    if os.geteuid() != 0:
        return ourselves
    data.parent.mkdir(parents=True, exist_ok=True)
    if namespaces:
        mapped = Account(installation=installation, data=data, prefix=NAMESPACE)
        if mapped.can(str(installation / "bin/initdb"), "--version") and mapped.can_use(data):
            return mapped
    return _nobody(installation, data)


def _nobody(installation: Path, data: Path) -> Account:
    """The account `nobody`, with copies and folders of its own under /var/lib/waymark where it cannot reach ours."""
    probe = Account(installation=installation, data=data, uid=NOBODY)
    if not probe.can(str(installation / "bin/initdb"), "--version"):
        installation = _copy(installation)
    # Its data must not be writable for the world, so it always gets a parent folder of its own.
    if not probe.can("/bin/sh", "-c", 'cd "$1"', "sh", str(data.parent)):
        data = FOREIGN_HOME / f"data-{_fingerprint(data)}"
        data.parent.mkdir(parents=True, exist_ok=True)
    return Account(installation=installation, data=data, uid=NOBODY)


def _copy(installation: Path) -> Path:
    """A copy of the installation where `nobody` can read it, made once for each version of it.

    A wheel's libraries lie beside its package, and its programs look for them there; so both are copied as they lie.
    """
    version = (installation / "bin/postgres").stat().st_mtime_ns
    copy = FOREIGN_HOME / f"postgresql-{_fingerprint(installation)}-{version}"
    package = installation.parent
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.replace(copy)
    return copy / package.name / installation.name


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(bytes(path.absolute())).hexdigest()[:12]
