"""The files of one PostgreSQL cluster: made by initdb, configured at each start."""

import os
import secrets
import shutil
from pathlib import Path

from diffusion_toolkit.store.data_folder import DataFolder
from diffusion_toolkit.store.server_programs import Account, Installation, give, run
from diffusion_toolkit.store.server_settings import render, settings_for, this_machine

ROLE = "dtk"
"""The database's user and owner."""

_ACCESS = """\
# Written at every start: only who knows the password of the data folder gets in.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""


def make(folder: DataFolder, installation: Installation, account: Account | None) -> None:
    """Make a new cluster; an interrupted attempt leaves nothing that could be taken for one."""
    initdb(folder, installation, account, *BUILTIN_LOCALE)
    os.replace(folder.staging, folder.cluster)


def initdb(folder: DataFolder, installation: Installation, account: Account | None, *more: str) -> None:
    """Make a cluster in the staging place. It sorts by code point and is UTF-8 on every system."""
    shutil.rmtree(folder.staging, ignore_errors=True)
    folder.staging.mkdir(mode=0o700)
    give(folder.staging, account)
    word = folder.path / "postgres-password.new"
    _write(word, password(folder), account)
    try:
        run(
            [
                installation.program("initdb"),
                f"--pgdata={folder.staging}",
                f"--username={ROLE}",
                f"--pwfile={word}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                *more,
            ],
            account,
        )
    finally:
        word.unlink(missing_ok=True)


BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
"""PostgreSQL 17 and newer: upper and lower case of all of Unicode, with no library of the system that could change."""


def password(folder: DataFolder) -> str:
    """The password of the data folder; made when there is none."""
    try:
        return folder.password_file.read_text("ascii").strip()
    except FileNotFoundError:
        word = secrets.token_urlsafe(24)
        fresh = folder.password_file.with_suffix(".fresh")
        _write(fresh, word, folder.owner)
        os.replace(fresh, folder.password_file)
        return word


def reset_password(folder: DataFolder, installation: Installation, account: Account | None) -> None:
    """Give the database the password of the data folder, while the server is down: the file had been lost."""
    run(
        [installation.program("postgres"), "--single", "-D", str(folder.cluster), "postgres"],
        account,
        input=f"ALTER ROLE {ROLE} PASSWORD '{password(folder)}'\n",
    )


def configure(folder: DataFolder, socket_folder: Path | None, port: int, account: Account | None) -> None:
    """Write the server's configuration. A socket folder means: no network at all."""
    settings = settings_for(this_machine(folder.path)) | {"port": str(port)}
    if socket_folder is None:
        settings |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    else:
        inner = str(socket_folder).replace('"', '""')
        settings |= {
            "listen_addresses": "",
            "unix_socket_directories": f'"{inner}"',
            "unix_socket_permissions": "0700",
        }
    _write(folder.cluster / "postgresql.conf", render(settings), account)
    _write(folder.cluster / "pg_hba.conf", _ACCESS, account)


def version(cluster: Path) -> int:
    """The major version of PostgreSQL that wrote these files."""
    return int((cluster / "PG_VERSION").read_text("ascii").strip())


def _write(path: Path, text: str, account: Account | None) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    give(path, account)
