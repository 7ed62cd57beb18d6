"""A process that moves files or scans until it is killed; run as a program, so that the tests may kill it anywhere.

It reads one JSON task a line and forks a child for each, whose number it prints: importing takes a second, forking
a hundredth. The child connects by itself.
"""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from files_world import done, move, present
from scan_pictures import slow_read

from diffusion_toolkit.library.files import disk, work
from diffusion_toolkit.library.files.renaming import plan_pattern
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store import file_operations
from diffusion_toolkit.store.database import Collection, Database


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(json.loads(line))
            os._exit(0)
        print(child, flush=True)


def run(task: dict[str, Any]) -> None:
    collection = Collection(Database(task["url"]), "main")
    if "scan" in task:
        for _ in scan(collection, task["scan"], ScanOptions(workers=2, quick_batch=10, deep_batch=20, read=slow_read)):
            pass
        return
    folders = [Path(folder) for folder in task["folders"]]
    if "step" in task:
        die_at(task["step"])
        move(collection, task["ids"], folders[0], by_copy=task["by_copy"])
        if task["undo"]:
            undo(collection)
        Path(task["end"]).touch()
        return
    chance = random.Random(task["seed"])
    while True:
        churn(collection, folders, chance)


def churn(collection: Collection, folders: list[Path], chance: random.Random) -> None:
    """Move, rename, or take back, by chance."""
    ids = [row["id"] for row in present(collection)]
    some = chance.sample(ids, chance.randint(1, len(ids)))
    what = chance.random()
    if what < 0.6:
        move(collection, some, chance.choice(folders), by_copy=chance.random() < 0.5)
    elif what < 0.85:
        done(collection, plan_pattern(collection, some, "{index}"))
    else:
        undo(collection)


def die_at(step: int) -> None:
    """Kill this process before the step-th of all things that touch the disk or the database."""
    left = [step]

    def watched(holder: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(holder, name)

        def called(*given: Any, **named: Any) -> Any:
            count()
            return real(*given, **named)

        setattr(holder, name, called)

    def count() -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for holder, names in (
        (disk, ("_rename", "_written", "keep")),
        (os, ("unlink",)),
        (shutil, ("copystat",)),
        (file_operations, ("plan", "start", "start_back", "finish")),
        (work, ("write",)),
    ):
        for name in names:
            watched(holder, name)


if __name__ == "__main__":
    main()
