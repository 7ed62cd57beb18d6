"""The decisive line of PostgreSQL's log becomes one sentence; logs are PostgreSQL's own words."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diffusion_toolkit.errors import DiskFull, NewerData, Refused, ServerNotStarting, StoreError
from diffusion_toolkit.store.data_folder import Mount, refuse_network_drive
from diffusion_toolkit.store.server import connect_embedded
from diffusion_toolkit.store.server_errors import failure, folder_errors

FULL = 'initdb: error: could not create directory "/d/postgres.new/pg_wal": No space left on device'
LATE = """\
2026-01-01 10:00:00.000 UTC [7] FATAL:  the database system is starting up
2026-01-01 10:00:01.000 UTC [5] PANIC:  could not locate a valid checkpoint record at 0/1
2026-01-01 10:00:01.000 UTC [1] LOG:  aborting startup due to startup process failure
"""


@pytest.mark.parametrize(
    ("log", "kind", "words"),
    [
        (FULL, DiskFull, "No space is left"),
        (LATE, ServerNotStarting, "damaged: could not locate a valid checkpoint record"),
        (
            "x [1] FATAL:  database files are incompatible with server\nx [1] DETAIL:  The data directory was "
            "initialized by PostgreSQL version 19, which is not compatible with this version 18.4.",
            NewerData,
            "another version of PostgreSQL: database files are incompatible",
        ),
        ('FATAL:  lock file "postmaster.pid" already exists', ServerNotStarting, "Another PostgreSQL still uses"),
        ("FATAL:  could not create any Unix-domain sockets", ServerNotStarting, "cannot open its port or socket"),
        (
            "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
            ServerNotStarting,
            "not enough memory",
        ),
        ('FATAL:  could not open file "base/1": Permission denied', ServerNotStarting, "--data-dir"),
        ("a\nFATAL:  something new\nb", ServerNotStarting, "PostgreSQL did not start: something new"),
        ("only this line\n", ServerNotStarting, "PostgreSQL did not start: only this line"),
        ("", ServerNotStarting, "said nothing"),
    ],
)
def test_reasons(log: str, kind: type[StoreError], words: str) -> None:
    error = failure("PostgreSQL did not start", log)
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(("code", "kind"), [(errno.ENOSPC, DiskFull), (errno.EACCES, ServerNotStarting)])
def test_trouble_with_the_folder(code: int, kind: type[StoreError]) -> None:
    with pytest.raises(kind, match="/data"), folder_errors(Path("/data")):
        raise OSError(code, os.strerror(code))


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs root to mount a drive")
def test_a_full_disk(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "small", place], check=False)
    if mounted.returncode != 0:
        pytest.skip("no right to mount here")
    try:
        with pytest.raises(DiskFull, match="No space is left on the drive of the data folder"):
            connect_embedded(place / "data")
    finally:
        subprocess.run(["umount", place], check=True)


LOCAL = Mount("/", "ext4", "rw")


@pytest.mark.parametrize(
    "drive",
    [
        Mount("/home", "nfs4", "rw"),
        Mount("/home/me", "cifs", "rw"),
        Mount("/home/me/data", "fuse.sshfs", "rw"),
        Mount("/home", "9p", "rw,aname=drvfs;path=C:\\"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="drives of Windows are told by other means")
def test_network_drives_are_refused(drive: Mount) -> None:
    with pytest.raises(Refused, match="lies on a network drive") as refusal:
        refuse_network_drive(Path("/home/me/data"), [LOCAL, drive])
    assert refusal.value.exit_code == 3


@pytest.mark.parametrize(
    "drive",
    [
        Mount("/home", "virtiofs", "rw"),
        Mount("/", "overlay", "rw"),
        Mount("/home", "tmpfs", "rw"),
        Mount("/home", "9p", "rw,trans=virtio"),
        Mount("/home/me/da", "nfs", "rw"),
        Mount("/home/me/data/below", "nfs", "rw"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="drives of Windows are told by other means")
def test_local_drives_are_not(drive: Mount) -> None:
    refuse_network_drive(Path("/home/me/data"), [LOCAL, drive])


def test_a_local_drive_mounted_over_a_network_drive_counts() -> None:
    drives = [LOCAL, Mount("/home", "nfs4", "rw"), Mount("/home", "ext4", "rw")]
    refuse_network_drive(Path("/home/me"), drives)
