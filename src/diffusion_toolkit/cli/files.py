"""`dtk move`, `copy`, `rename` and `delete`: files of the pictures that a query finds."""

from collections.abc import Callable, Generator
from typing import Any

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, searching
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.files.marked import marked_for_deletion
from diffusion_toolkit.library.files.moving import plan_copy, plan_deletion, plan_move
from diffusion_toolkit.library.files.places import folder_called
from diffusion_toolkit.library.files.plan import Clash, Plan, operations
from diffusion_toolkit.library.files.removing import remove_entries
from diffusion_toolkit.library.files.renaming import plan_pattern, plan_rename
from diffusion_toolkit.library.files.work import carry_out, outcome
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.progress import Progress

MOST_SHOWN = 20

Command = Callable[..., Any]


def _file_options(clash: str) -> Callable[[Command], Command]:
    """--clash, and what every command that changes files takes."""

    def add(command: Command) -> Command:
        command = click.option(
            "--clash",
            type=click.Choice(["number", "refuse"]),
            default=clash,
            show_default=True,
            help='Where a file of the name is there: take "name (2)", or leave that picture.',
        )(command)
        return _asking_options(command)

    return add


def _asking_options(command: Command) -> Command:
    for option in (
        click.option("--sort", metavar="KEY", default="date", show_default=True, help='As in "rating desc".'),
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--dry-run", is_flag=True, help="Only say what would be done."),
    ):
        command = option(command)
    return common_options(command)


@click.command(short_help="Move pictures to a folder of the library.")
@click.argument("query")
@click.argument("folder", type=click.Path())
@_file_options("number")
def move(query: str, folder: str, clash: Clash, **common: Any) -> int:
    """Move the pictures that QUERY finds to FOLDER, with all that is known of them and the files beside them."""
    return _run(
        common,
        query,
        lambda library, ids: plan_move(library.collection, ids, folder_called(library.collection, folder), clash=clash),
    )


@click.command(short_help="Copy pictures to a folder of the library.")
@click.argument("query")
@click.argument("folder", type=click.Path())
@_file_options("number")
def copy(query: str, folder: str, clash: Clash, **common: Any) -> int:
    """Copy the pictures that QUERY finds to FOLDER. Copies are new pictures, without rating, album or tag."""
    return _run(
        common,
        query,
        lambda library, ids: plan_copy(library.collection, ids, folder_called(library.collection, folder), clash=clash),
    )


@click.command(short_help="Give pictures new names.")
@click.argument("query")
@click.argument("name")
@click.option("--first", type=click.IntRange(0), default=1, show_default=True, help="The first {index}.")
@_file_options("refuse")
def rename(query: str, name: str, first: int, clash: Clash, **common: Any) -> int:
    """Rename the pictures that QUERY finds to NAME, whose ending is kept.

    Many are named by a pattern, in the order of --sort: "{date} {model} {index:4}".
    """

    def plan(library: OpenLibrary, ids: list[int]) -> Plan:
        if "{" in name or len(ids) != 1:
            zone = local_now().tzinfo
            return plan_pattern(library.collection, ids, name, first=first, clash=clash, zone=zone)
        return plan_rename(library.collection, ids[0], name, clash=clash)

    return _run(common, query, plan)


@click.command(short_help="Delete pictures: into the trash, or for good.")
@click.argument("query", required=False)
@click.option("--marked", is_flag=True, help="All that are marked for deletion, instead of QUERY.")
@click.option("--for-good", is_flag=True, help="Delete the files for good, not into the system's trash.")
@click.option("--entry", is_flag=True, help="Only take the entries out of the library. The files stay.")
@_asking_options
def delete(query: str | None, marked: bool, for_good: bool, entry: bool, **common: Any) -> int:
    """Put the pictures that QUERY finds into the system's trash; where there is none, nothing is deleted."""
    if marked == (query is not None) or (for_good and entry):
        raise click.UsageError("Give a query or --marked, and at most one of --for-good and --entry.")
    if entry:
        return _remove(common, query)
    return _run(common, query, lambda library, ids: plan_deletion(library.collection, ids, for_good=for_good))


def _run(common: dict[str, Any], query: str | None, make: Callable[[OpenLibrary, list[int]], Plan]) -> int:
    """Plan, ask, do, and say how it went."""
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _found(library, query, common["sort"])
        plan = make(library, ids) if ids else Plan(kind="move", items=())
        if common["dry_run"] or not plan.ready:
            return _told_plan(plan, as_json=common["as_json"], dry_run=common["dry_run"])
        if not common["yes"] and not click.confirm(_question(plan), err=True):
            raise click.Abort
        with output.ProgressBar() as bar:
            working = carry_out(library.collection, plan.action, operations(library.collection, plan), plan.sentence)
            journal_id = _drawn(working, bar)
        went = outcome(library.collection, journal_id)
    stays = [{"path": printable(item.source), "message": item.problem} for item in plan.problems]
    problems = [{"path": printable(each.path), "message": each.message} for each in went.problems] + stays
    failed = went.failed + len(stays)
    if common["as_json"]:
        output.print_json({"journal": journal_id, "done": went.done, "failed": failed, "problems": problems})
    else:
        _told_problems(problems)
        output.message(f"{plan.sentence}." if not failed else f"{went.done:,} done, {failed:,} not.")
    return 1 if failed else 0


def _remove(common: dict[str, Any], query: str | None) -> int:
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _found(library, query, common["sort"])
        if not ids or common["dry_run"]:
            return _told_plan(Plan(kind="delete", items=()), as_json=common["as_json"], count=len(ids), dry_run=True)
        question = f"Take {len(ids):,} pictures out of the library? The files stay, and scans pass over them."
        if not common["yes"] and not click.confirm(question, err=True):
            raise click.Abort
        written = remove_entries(library.collection, ids)
    if common["as_json"]:
        output.print_json({"journal": written.journal_id, "done": written.changed, "failed": 0, "problems": []})
    else:
        output.message(f"{written.changed:,} pictures were taken out of the library.")
    return 0


def _found(library: OpenLibrary, query: str | None, sort: str) -> list[int]:
    if query is None:
        return marked_for_deletion(library.collection)
    with searching(library) as search:
        return chosen(search, [query], everything=True, sort=sort).tolist()


def _drawn(working: Generator[Progress, None, int], bar: output.ProgressBar) -> int:
    try:
        while True:
            bar.show(next(working))
    except StopIteration as ended:
        return int(ended.value)


def _question(plan: Plan) -> str:
    stays = f" {len(plan.problems):,} more stay where they are." if plan.problems else ""
    return {
        "move": f"Move {len(plan.ready):,} pictures?{stays}",
        "copy": f"Copy {len(plan.ready):,} pictures?{stays}",
        "rename": f"Rename {len(plan.ready):,} pictures?{stays}",
        "trash": f"Put {len(plan.ready):,} pictures into the trash?{stays}",
        "delete": f"Delete {len(plan.ready):,} pictures for good? Nothing brings these files back.{stays}",
    }[plan.kind]


def _told_plan(plan: Plan, *, as_json: bool, dry_run: bool, count: int | None = None) -> int:
    """Say what would be done, or why nothing can be."""
    ready = [
        {
            "source": printable(item.source),
            "target": printable(stored_name(item.steps[0].target)) if item.name else None,
        }
        for item in plan.ready
    ]
    problems = [{"path": printable(item.source), "message": item.problem} for item in plan.problems]
    pictures = len(ready) if count is None else count
    if as_json:
        output.print_json({"pictures": pictures, "items": ready, "problems": problems, "dry_run": dry_run})
    else:
        for each in ready[:MOST_SHOWN]:
            output.line(f"{each['source']}" if each["target"] is None else f"{each['source']} -> {each['target']}")
        if len(ready) > MOST_SHOWN:
            click.echo(f"… and {len(ready) - MOST_SHOWN:,} more")
        _told_problems(problems)
        output.message(f"{pictures:,} pictures would be changed, {len(problems):,} would stay.")
    return 0 if dry_run or not problems else 1


def _told_problems(problems: list[dict[str, Any]]) -> None:
    for each in problems[:MOST_SHOWN]:
        output.message(f"{each['path']}: {each['message']}")
    if len(problems) > MOST_SHOWN:
        output.message(f"… and {len(problems) - MOST_SHOWN:,} more")
