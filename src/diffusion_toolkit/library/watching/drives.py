"""Which drive a folder lies on: network drives tell nothing of what other machines do there, so they are polled."""

import os
from collections.abc import Iterable
from typing import Final

import psutil

NETWORK_TYPES: Final = frozenset(
    (
        *("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "afs", "ceph"),
        *(
            "glusterfs",
            "ncpfs",
            "9p",
            "virtiofs",
            "vboxsf",
            "prl_fs",
            "vmhgfs",
            "drvfs",
            "lustre",
            "beegfs",
            "fuseblk.nfs",
        ),
        *("fuse", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs"),
        *(
            "fuse.vmhgfs-fuse",
            "fuse.gvfsd-fuse",
            "fuse.smbnetfs",
            "fuse.curlftpfs",
            "fuse.portal",
            "macfuse",
            "osxfuse",
        ),
    )
)
REMOTE: Final = "remote"

Mount = tuple[str, str, str]
"""Where a drive is mounted, the type of its file system, its options."""


def mounts() -> list[Mount]:
    """The drives of this machine."""
    try:
        return [(part.mountpoint, part.fstype, part.opts) for part in psutil.disk_partitions(all=True)]
    except OSError:
        return []


def network_type(path: str, mounted: Iterable[Mount]) -> str | None:
    """The type of the network drive that holds this folder (absolute), None for a drive of this machine."""
    if path.startswith("\\\\"):
        return "a network share"
    place = os.path.normcase(path).rstrip(os.sep) + os.sep
    best: Mount | None = None
    for mount in mounted:
        top = os.path.normcase(mount[0]).rstrip(os.sep) + os.sep
        if place.startswith(top) and (best is None or len(mount[0]) >= len(best[0])):
            best = mount
    if best is None:
        return None
    kind = best[1].lower()
    return kind or REMOTE if kind in NETWORK_TYPES or REMOTE in best[2].lower().split(",") else None
