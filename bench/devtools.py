"""A browser over a pipe, with nothing switched on in its pages: for weighing them.

Playwright has every page keep the answers that it gets, for whoever may ask for them, which takes tens of megabytes.
"""

import fcntl
import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from typing import Any, Final

import psutil

READS: Final = 3
WRITES: Final = 4
"""The files of Chromium's `--remote-debugging-pipe`: commands come from the one, answers go to the other."""


class Devtools:
    """One browser with one page. Commands and answers are JSON, each ended by a zero byte."""

    def __init__(self, commands: BufferedWriter, answers: BufferedReader) -> None:
        self._commands = commands
        self._answers = answers
        self._numbers = itertools.count(1)
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session: str = attached["sessionId"]

    def ask(self, method: str, **parameters: Any) -> Any:
        """A command to the page; its result."""
        return self._ask(method, parameters, self._session)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, when it is there."""
        found = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def processes(self, kind: str | None = None) -> list[psutil.Process]:
        """The processes of the browser, or those of a kind, such as "renderer"."""
        found = self._ask("SystemInfo.getProcessInfo", {})["processInfo"]
        return [psutil.Process(each["id"]) for each in found if kind in (None, each["type"])]

    def _ask(self, method: str, parameters: dict[str, Any], session: str | None = None) -> Any:
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        self._commands.write(json.dumps(command).encode() + b"\0")
        self._commands.flush()
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _read(self) -> bytes:
        found = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("The browser has ended.")
            found += byte
        return bytes(found)


@contextmanager
def browser_over_pipe(path: str, arguments: Sequence[str]) -> Generator[Devtools]:
    """A browser with a fresh profile."""
    theirs_in, ours_out = (_beyond(each) for each in os.pipe())
    ours_in, theirs_out = (_beyond(each) for each in os.pipe())

    def place() -> None:
        os.dup2(theirs_in, READS)
        os.dup2(theirs_out, WRITES)

    with tempfile.TemporaryDirectory(prefix="dtk-bench-", ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
            "--no-first-run",
            *arguments,
        ]
        process = subprocess.Popen(
            [path, *options],
            preexec_fn=place,  # nothing else runs while it is started
            pass_fds=(READS, WRITES),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        with os.fdopen(ours_out, "wb") as commands, os.fdopen(ours_in, "rb") as answers:
            try:
                yield Devtools(commands, answers)
            finally:
                process.terminate()
                process.wait(10)


def _beyond(number: int) -> int:
    """The same open file by a number that is not one of Chromium's."""
    moved = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, WRITES + 1)
    os.close(number)
    return moved
