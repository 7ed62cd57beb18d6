"""A worker as a process of its own.

    DTK_WORKER_DATABASE_URL=… DTK_WORKER_PLUGINS=… DTK_WORKER_CIVITAI=… python -m diffusion_toolkit.jobs.worker

Addresses and keys come through the environment, because everybody can read the arguments of a process. The worker ends
by itself when its standard input ends or its parent dies.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

import orjson
import psutil

from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.jobs.worker import give_way, run_worker
from diffusion_toolkit.library.watching.listening import WatchOptions
from diffusion_toolkit.settings import stage_context

ADDRESS_VARIABLE = "DTK_WORKER_DATABASE_URL"
PLUGINS_VARIABLE = "DTK_WORKER_PLUGINS"
DATA_VARIABLE = "DTK_WORKER_DATA"
CIVITAI_VARIABLE = "DTK_WORKER_CIVITAI"
PARENT_POLL_S = 1.0


def main() -> int:
    """Run a worker for as long as the parent lives."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    address = os.environ.pop(ADDRESS_VARIABLE, "")
    if not address:
        print(f"{ADDRESS_VARIABLE} is not set; dtk serve starts this process.", file=sys.stderr)  # noqa: T201  its entrance
        return 2
    give_way()
    threading.Thread(target=_end_with_input, name="input watch", daemon=True).start()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), name="parent watch", daemon=True).start()
    civitai = CivitaiOptions(**orjson.loads(os.environ.pop(CIVITAI_VARIABLE, "{}")))
    data_dir = os.environ.get(DATA_VARIABLE)
    run_worker(
        address,
        plugin_folder=os.environ.get(PLUGINS_VARIABLE),
        watch=WatchOptions(),
        data_dir=Path(data_dir) if data_dir else None,
        civitai=civitai,
        stages=partial(stage_context, Path(data_dir) if data_dir else None),
    )
    return 0


def _end_with_input() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    _end()


def _end_with_parent(parent: int) -> None:
    while psutil.pid_exists(parent) if os.name == "nt" else os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    _end()


def _end() -> None:
    """End in order: running jobs are told to stop, what they did is kept."""
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
