"""What a scan can be told."""

import os
from dataclasses import dataclass, field

from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope
from diffusion_toolkit.library.scanning.reading import ReadFile

__all__ = ["DEEP", "QUICK", "Limits", "ReadFile", "ScanOptions"]

QUICK = "quick"
DEEP = "deep"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """How to scan.

    phases: "quick" (find files), "deep" (read those found and not read yet); rebuild: read every file again; scope: the
    part of the root to look at; later: phases that somebody else does after these, and folder_ids: the folders that
    make the scope, both so that a scan that was paused can go on;
    quick_batch: files per committed batch of the quick phase; deep_batch: files that a crash of the deep phase may
    make it read twice; workers: reading processes, 0 = one per core; limits: a file that costs more is given up, with
    a problem on its record; read: what reads a file.
    """

    phases: tuple[str, ...] = (QUICK, DEEP)
    rebuild: bool = False
    scope: Scope = EVERYTHING
    later: tuple[str, ...] = ()
    folder_ids: tuple[int, ...] = ()
    quick_batch: int = 20_000
    deep_batch: int = 500
    workers: int = 0
    limits: Limits = field(default_factory=Limits)
    read: ReadFile = field(default_factory=FileReader)

    @property
    def worker_count(self) -> int:
        """How many reading processes to start."""
        return self.workers or os.cpu_count() or 1
