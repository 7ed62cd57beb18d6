"""A reader that does to its process what the file's name says. Apart, because reading processes import it."""

import os
import time

from diffusion_toolkit.record import FileRecord


def hostile_read(path: str) -> FileRecord:
    """Does what the file's name says, and notes each reading beside the files."""
    name = os.path.basename(path)
    with open(os.path.join(os.path.dirname(path), "log"), "a") as log:
        log.write(f"{name} {os.getpid()}\n")
    if name.startswith("exit") or (name.startswith("once") and first_time(path)):
        os._exit(3)
    if name.startswith("loop"):
        while True:
            pass
    if name.startswith("wait"):
        time.sleep(3600)
    if name.startswith("bloat"):
        held: list[bytes] = []
        while True:
            held.append(bytes(16 * 2**20))
    if name.startswith("large"):
        return FileRecord(size_bytes=len(b"x" * (100 * 2**20)))
    return FileRecord(size_bytes=1, format="png")


def first_time(path: str) -> bool:
    with open(os.path.join(os.path.dirname(path), "log")) as log:
        return log.read().count(os.path.basename(path)) == 1
