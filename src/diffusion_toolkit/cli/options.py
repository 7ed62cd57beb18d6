"""The options that every command takes. Apart from the library, whose database takes two seconds to import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def common_options(command: Command) -> Command:
    """--data-dir, --collection and --json, which every command takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output."),
        click.option("--collection", metavar="NAME", help="The collection to work on (default: main)."),
        click.option(
            "--data-dir",
            type=click.Path(file_okay=False, path_type=Path),
            help="Where the database, thumbnails and logs live (default: DTK_DATA_DIR or the system's place).",
        ),
    ):
        command = option(command)
    return command
