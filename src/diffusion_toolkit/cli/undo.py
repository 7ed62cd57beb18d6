"""`dtk undo`: takes back what was done, does it again, or lists it."""

from dataclasses import asdict
from pathlib import Path

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.library import undo as undoing


@click.command(short_help="Take back the last action, or list what was done.")
@click.argument("number", type=click.IntRange(min=1), required=False)
@click.option("--redo", is_flag=True, help="Do again what was undone.")
@click.option("--list", "listing", is_flag=True, help="List the last actions with their numbers.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Actions to list.")
@common_options
def undo(
    number: int | None,
    redo: bool,
    listing: bool,
    limit: int,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Take back the action of this NUMBER, or the last one: ratings, tags, albums, saved queries, files."""
    with open_library(data_dir, collection) as library:
        if listing:
            _list(undoing.last_actions(library.collection, limit), as_json=as_json)
            return 0
        step = undoing.redo if redo else undoing.undo
        written = step(library.collection, number)
        action = undoing.get_action(library.collection, written.journal_id or 0)
    if as_json:
        output.print_json({"journal": written.journal_id, "changed": written.changed, "sentence": action.sentence})
    else:
        output.message(f"{'Done again' if redo else 'Taken back'}: {action.sentence}.")
    return 0


def _list(actions: list[undoing.Action], *, as_json: bool) -> None:
    if as_json:
        output.print_json([asdict(action) for action in actions])
        return
    rows = [
        (action.id, f"{action.made_at:%Y-%m-%d %H:%M}", action.sentence, "undone" if action.undone_at else "")
        for action in actions
    ]
    output.print_table(("number", "when", "what", ""), rows)
