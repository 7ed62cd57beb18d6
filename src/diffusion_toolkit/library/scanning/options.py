"""What a scan can be told."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.record import FileRecord

ReadFile = Callable[[str], FileRecord]
"""From a file's path to its record. It crosses to other processes, so it must be a function of a module."""

QUICK = "quick"
DEEP = "deep"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """How to scan.

    phases: "quick" (find files), "deep" (read those found and not read yet); rebuild: read every file again;
    quick_batch: files per committed batch of the quick phase; deep_batch: files that a crash of the deep phase may
    make it read twice; workers: reading processes, 0 = one per core; file_limit_s: a file that takes longer is
    given up, with a problem on its record; read: what reads a file.
    """

    phases: tuple[str, ...] = (QUICK, DEEP)
    rebuild: bool = False
    quick_batch: int = 20_000
    deep_batch: int = 500
    workers: int = 0
    file_limit_s: float = 20.0
    read: ReadFile = read_file

    @property
    def worker_count(self) -> int:
        """How many reading processes to start."""
        return self.workers or os.cpu_count() or 1
