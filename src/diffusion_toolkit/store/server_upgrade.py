"""A data folder of an older PostgreSQL, brought to the version of this program by pg_upgrade."""

import os
import shutil

from diffusion_toolkit.errors import StoreError, WrongServerVersion
from diffusion_toolkit.store import cluster
from diffusion_toolkit.store.data_folder import DataFolder, make_socket_folder
from diffusion_toolkit.store.postmaster import Report
from diffusion_toolkit.store.server_errors import failure
from diffusion_toolkit.store.server_programs import Account, Installation, installations, run

_DONE = "upgraded-by-diffusion-toolkit"
"""A file in the staging place: it is whole, and only the names are left to change."""


def upgrade(folder: DataFolder, version: int, new: Installation, account: Account | None, report: Report) -> None:
    """Make a cluster of the new version from a copy; the old one stays as `postgres-VERSION`, untouched.

    Raises WrongServerVersion when the programs of the old version are not there.
    """
    old = next((found for found in installations() if found.version == version), None)
    if old is None:
        raise WrongServerVersion(
            f"The data folder {folder.path} was written by PostgreSQL {version}, whose programs are not part of this "
            f"version any more. Install an earlier version of the program, and make a backup with it to restore here."
        )
    report(f"The database is being upgraded from PostgreSQL {version} to {new.version}. The old files are kept.")
    _close_cleanly(folder, old, account)
    cluster.initdb(folder, new, account, *_same_checksums(folder, old, account))
    sockets = make_socket_folder(folder, account)
    arguments = [
        new.program("pg_upgrade"),
        *("--old-bindir", str(old.folder / "bin"), "--new-bindir", str(new.folder / "bin")),
        *("--old-datadir", str(folder.cluster), "--new-datadir", str(folder.staging)),
        *("--username", cluster.ROLE, "--socketdir", str(sockets), "--copy"),
    ]
    try:
        run(arguments, account, cwd=folder.staging, password=cluster.password(folder))
    except StoreError as error:
        raise failure(
            "The upgrade of the database failed, the old one is as it was", _logs(folder) or str(error)
        ) from error
    (folder.staging / _DONE).touch()
    _exchange(folder, version)


def _logs(folder: DataFolder) -> str:
    """What pg_upgrade wrote down; it only names the file itself."""
    paths = sorted(folder.staging.glob("pg_upgrade_output.d/*/log/*.log"))
    return "\n".join(path.read_text("utf-8", "replace") for path in paths)


def finish_interrupted(folder: DataFolder) -> None:
    """End an upgrade that was killed between its two changes of name; before them nothing had happened."""
    if folder.cluster.exists() or not (folder.staging / _DONE).exists():
        return
    os.replace(folder.staging, folder.cluster)
    (folder.cluster / _DONE).unlink()


def _exchange(folder: DataFolder, version: int) -> None:
    kept = folder.path / f"postgres-{version}"
    if kept.exists():
        shutil.rmtree(kept)
    os.replace(folder.cluster, kept)
    finish_interrupted(folder)


def _close_cleanly(folder: DataFolder, old: Installation, account: Account | None) -> None:
    """Recover a cluster that was not closed properly; pg_upgrade refuses it otherwise."""
    run([old.program("postgres"), "--single", "-D", str(folder.cluster), "postgres"], account)


def _same_checksums(folder: DataFolder, old: Installation, account: Account | None) -> list[str]:
    """pg_upgrade asks for equal settings; PostgreSQL 18 checks its pages by default, older ones do not."""
    told = run([old.program("pg_controldata"), str(folder.cluster)], account)
    has_checksums = "Data page checksum version:           0" not in told
    return ["--data-checksums" if has_checksums else "--no-data-checksums"]
