"""The data folder: where the embedded server keeps its files, and which drives it may lie on."""

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from diffusion_toolkit.errors import Refused, ServerNotStarting
from diffusion_toolkit.store.leases import START_LOCK
from diffusion_toolkit.store.server_errors import folder_errors
from diffusion_toolkit.store.server_programs import Account, give

_NETWORK = {
    *("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "webdav", "davfs", "ncpfs"),
    *("fuse.sshfs", "fuse.davfs", "fuse.davfs2", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.curlftpfs"),
    *("fuse.gvfsd-fuse", "fuse.glusterfs"),
}
_SOCKET_PATH_LIMIT = 100
"""Bytes that fit every system for `FOLDER/.s.PGSQL.5432` (Linux 107, macOS 103)."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """One data folder and the places in it."""

    path: Path

    @property
    def cluster(self) -> Path:
        """The files of PostgreSQL."""
        return self.path / "postgres"

    @property
    def staging(self) -> Path:
        """Where a new cluster is made before it takes its place, so that a half-made one is never taken for whole."""
        return self.path / "postgres.new"

    @property
    def leases(self) -> Path:
        """The locks of the processes that use the server."""
        return self.path / "leases"

    @property
    def start_lock(self) -> Path:
        """The lock under which the server is started and stopped."""
        return self.leases / START_LOCK

    @property
    def password_file(self) -> Path:
        """The password of the database user, readable by the owner only."""
        return self.path / "postgres-password"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.path / "logs" / "postgres.log"

    @property
    def owner(self) -> Account | None:
        """Whom our own files in it must belong to: root working in a user's folder leaves it the user's."""
        if sys.platform == "win32" or os.geteuid() != 0:
            return None
        found = self.path.stat()
        return Account(found.st_uid, found.st_gid)

    @property
    def socket_folder(self) -> Path:
        """Where the socket goes: a data path may be longer than the path of a socket can be."""
        owner = os.getuid() if sys.platform != "win32" else 0
        name = f"dtk-{owner}-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]}"
        temporary = Path(tempfile.gettempdir())
        fits = len(os.fsencode(temporary / name / ".s.PGSQL.5432")) <= _SOCKET_PATH_LIMIT
        return (temporary if fits else Path("/tmp")) / name  # noqa: S108  made private below


def open_data_folder(path: Path) -> DataFolder:
    """The data folder at `path`, made when missing. Raises Refused on a network drive."""
    folder = DataFolder(Path(os.path.realpath(os.path.expanduser(path))))
    with folder_errors(folder.path):
        refuse_network_drive(folder.path, mounts())
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in (folder.leases, folder.log.parent):
            place.mkdir(mode=0o700, exist_ok=True)
            give(place, folder.owner)
        for file in (folder.start_lock, folder.log):
            file.touch(mode=0o600)
            give(file, folder.owner)
    return folder


def for_us_alone(name: str, flags: int) -> int:
    """Opens a file of ours that nobody else may read; for `open(opener=…)`."""
    return os.open(name, flags, 0o600)


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted drive: where, of which kind, with which options."""

    point: str
    kind: str
    options: str


def mounts() -> list[Mount]:
    """The drives of this machine."""
    return [Mount(drive.mountpoint, drive.fstype, drive.opts) for drive in psutil.disk_partitions(all=True)]


def refuse_network_drive(path: Path, drives: list[Mount]) -> None:
    """Raise Refused when `path` lies on a network drive."""
    above = {str(path), *map(str, path.parents)}
    holding = [drive for drive in drives if drive.point in above]
    drive = max(reversed(holding), key=lambda drive: len(drive.point), default=None)
    remote = str(path).startswith("\\\\") or (drive is not None and _is_remote(drive))
    if remote:
        kind = drive.kind if drive and drive.kind else "a network share"
        raise Refused(
            f"The data folder {path} lies on a network drive ({kind}). A database there can be damaged when the "
            "connection breaks. Choose a folder on a local drive with --data-dir; the pictures may stay where they are."
        )


def _is_remote(drive: Mount) -> bool:
    options = drive.options.split(",")
    if sys.platform == "win32":
        return "remote" in options
    # 9p is also how sandboxes mount a local disk; as a Windows drive inside WSL it cannot hold a database.
    return drive.kind in _NETWORK or (
        drive.kind == "9p" and any(option.startswith("aname=drvfs") for option in options)
    )


def make_socket_folder(folder: DataFolder, account: Account | None) -> Path:
    """The private folder for the socket, empty. Raises ServerNotStarting when somebody else sits on its name."""
    place = folder.socket_folder
    with folder_errors(place):
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
        ours = {os.getuid(), account.uid if account else os.getuid()} if sys.platform != "win32" else {found.st_uid}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or stat.S_IMODE(found.st_mode) & 0o077:
            raise ServerNotStarting(f"The socket folder {place} belongs to somebody else. Remove it and start again.")
        give(place, account)
        for left_over in place.glob(".s.PGSQL.*"):
            left_over.unlink(missing_ok=True)
    return place
