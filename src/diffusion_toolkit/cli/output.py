"""What commands print: one JSON document on standard output, everything else on standard error."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click
import orjson
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from diffusion_toolkit.errors import QueryError, ToolkitError
from diffusion_toolkit.progress import Progress

_MODELS = {
    "models": "Reading models",
    "hashes": "Hashing models",
    "civitai": "Asking Civitai",
    "fetch": "Fetching models",
}
STAGES = {
    "quick": "Finding files",
    "deep": "Reading metadata",
    "files": "Changing files",
    "tags": "Tagging",
    "caption": "Captioning",
    **_MODELS,
}

_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

UNITS = {"models": "models", "hashes": "MiB", "civitai": "questions", "fetch": "MiB"}


def print_json(document: Any) -> None:
    """Print one JSON document and a line end, in UTF-8 whatever the terminal's encoding."""
    text = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE, default=str)
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def json_text(value: Any) -> str:
    """A value as JSON on one line."""
    return orjson.dumps(value, default=str).decode()


def error_json(error: ToolkitError) -> dict[str, Any]:
    """An error as data; a query error with its place."""
    if isinstance(error, QueryError):
        place = {"position": error.position, "length": error.length, "fix": error.fix}
        return {"kind": "query", "message": str(error.args[0]), **place}
    return {"kind": type(error).__name__, "message": str(error)}


MOST_FOLDED: Final = 500
"""Rows of a table whose cells are folded."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings; cells are text, never markup.

    On a terminal, long cells are folded into its width. Other programs get each row as one line, and so does who asks
    for thousands: to fold them takes a millisecond a row.
    """
    cells = [["" if cell is None else harmless(str(cell)) for cell in row] for row in rows]
    if len(cells) > MOST_FOLDED or not sys.stdout.isatty():
        _print_lines([list(columns), *cells])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(Text(column))
    for row in cells:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout).print(table)


def _print_lines(rows: Sequence[Sequence[str]]) -> None:
    """Each row in one line, its cells below one another."""
    lines = [[cell.replace("\n", " ").replace("\t", " ") for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for row in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def harmless(text: str) -> str:
    """Text with what steers a terminal written out (`\\x1b`): prompts and names of files come from anywhere, and could
    clear the screen, rename the window or fill the clipboard."""
    return _STEERING.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def line(text: str) -> None:
    """Print one line of a result: harmless on a terminal, to the letter for another program."""
    click.echo(harmless(text) if sys.stdout.isatty() else text, color=True)


def message(text: str) -> None:
    """Tell the user something that is not a result."""
    click.echo(harmless(text), err=True)


class ProgressBar:
    """Draws the progress of long work on standard error, when that is a terminal."""

    def __init__(self) -> None:
        self._bars = Bars(
            TextColumn("{task.description:18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> "ProgressBar":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show(self, progress: Progress) -> None:
        """Draw this state."""
        if progress.stage not in self._tasks:
            title = STAGES.get(progress.stage, progress.stage)
            self._tasks[progress.stage] = self._bars.add_task(title, total=progress.total, pace="")
        self._bars.update(
            self._tasks[progress.stage], completed=progress.done, total=progress.total, pace=pace(progress)
        )


def pace(progress: Progress) -> str:
    """Rate and time left as one reads them: "2,140 images/s · 4 min left"."""
    unit = UNITS.get(progress.stage, "images")
    parts = [f"{progress.rate_per_s:,.0f} {unit}/s"] if progress.rate_per_s >= 1 else []
    if progress.remaining_s is not None:
        minutes = progress.remaining_s / 60
        parts.append(f"{minutes:.0f} min left" if minutes >= 1.5 else f"{progress.remaining_s:.0f} s left")
    return " · ".join(parts)
