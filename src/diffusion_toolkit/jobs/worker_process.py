"""Keeps one worker process running for as long as its owner lives."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

import orjson

from diffusion_toolkit.integrations.civitai import CivitaiOptions

LOG_NAME = "worker.log"
LOG_LIMIT_BYTES = 5 * 2**20
STOP_TIMEOUT_S = 15.0
PAUSES_S = (0.5, 2.0, 10.0, 60.0)
"""How long to wait before each new start after a crash; the last is repeated."""

_log = logging.getLogger(__name__)


class WorkerProcess:
    """A worker of the job queue in a process of its own; started again when it crashes or is killed.

    The worker ends by itself when its standard input ends, so it never outlives us, however we end. The
    database's address goes through the environment: the arguments of a process can be read by everybody.
    """

    def __init__(
        self, database_url: str, data_dir: Path, logs_dir: Path, plugin_folder: str, civitai: CivitaiOptions
    ) -> None:
        self._environment = {
            **os.environ,
            "DTK_WORKER_DATABASE_URL": database_url,
            "DTK_WORKER_PLUGINS": plugin_folder,
            "DTK_WORKER_DATA": str(data_dir),
            "DTK_WORKER_CIVITAI": orjson.dumps(civitai).decode(),
        }
        self._log_path = logs_dir / LOG_NAME
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="worker watch", daemon=True)

    def __enter__(self) -> "WorkerProcess":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._ask_to_end()
        self._thread.join(STOP_TIMEOUT_S)
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    @property
    def process_id(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def _keep_running(self) -> None:
        crashes = 0
        while not self._stopping.is_set():
            with self._open_log() as output:
                code = self._run_once(output)
            if self._stopping.is_set():
                return
            _log.warning("The worker process ended with %d; it is started again.", code)
            self._stopping.wait(PAUSES_S[min(crashes, len(PAUSES_S) - 1)])
            crashes += 1

    def _run_once(self, output: IO[bytes]) -> int:
        command = [sys.executable, "-m", "diffusion_toolkit.jobs.worker"]
        # A session of its own: Ctrl+C in the terminal reaches us, and we end it in order.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=self._environment, start_new_session=True
        )
        if self._stopping.is_set():
            self._ask_to_end()
        return self._process.wait()

    def _ask_to_end(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def _open_log(self) -> IO[bytes]:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        if self._log_path.exists() and self._log_path.stat().st_size > LOG_LIMIT_BYTES:
            self._log_path.replace(self._log_path.with_name(LOG_NAME + ".1"))
        return self._log_path.open("ab")
