"""Children that work until they are killed: importing the program takes a second, forking it a hundredth."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from diffusion_toolkit.store.database import Collection

HERE = Path(__file__).parent


class Forked:
    """The program `files_mover.py`, and the children that it forks."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(HERE), str(HERE.parent)])
        self._program = subprocess.Popen(
            [sys.executable, str(HERE / "files_mover.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
        )

    def start(self, collection: Collection, **task: Any) -> int:
        """Start a child; returns its process number."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        print(json.dumps({"url": collection.database.url, **task}), file=self._program.stdin, flush=True)
        return int(self._program.stdout.readline())

    def close(self) -> None:
        self._program.kill()
        self._program.communicate()


def wait_for(process: int) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.005)
    raise TimeoutError
