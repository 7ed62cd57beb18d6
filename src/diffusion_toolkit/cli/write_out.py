"""`dtk write-out` and `dtk read-sidecars`: tags and captions in files beside pictures, and in the pictures."""

from collections.abc import Generator
from typing import Any, Literal, cast

import click

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import chosen, searching
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.library.files.work import carry_out, outcome
from diffusion_toolkit.library.reading_sidecars import ReadingOptions, ReadSidecars
from diffusion_toolkit.library.reading_sidecars import read_sidecars as read
from diffusion_toolkit.library.sidecar_words import SidecarForm
from diffusion_toolkit.library.writing_out.plan import (
    ACTION,
    PictureOptions,
    Plan,
    SidecarOptions,
    plan_into_pictures,
    plan_sidecars,
)
from diffusion_toolkit.library.writing_out.texts import Existing, Form, Order, TextOptions
from diffusion_toolkit.paths import printable
from diffusion_toolkit.progress import Progress

MOST_SHOWN = 20


@click.command("write-out", short_help="Write tags and captions beside pictures, or into them.")
@click.argument("query", nargs=-1)
@click.option(
    "--form",
    type=click.Choice(["tags", "caption", "both", "json", "picture"]),
    default="tags",
    show_default=True,
    help="Text files: tags with commas, the caption, both on one line, or JSON; picture: into the files, as XMP.",
)
@click.option(
    "--existing",
    type=click.Choice(["skip", "append", "overwrite"]),
    help="What becomes of words that are there (default: skip, in pictures overwrite).",
)
@click.option("--ending", type=click.Choice([".txt", ".caption", ".json"]), help="Of the text files.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only tags of: user, file, a model; again.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0.0, metavar="N", help="The least confidence of tags."
)
@click.option("--first", multiple=True, metavar="WORD", help="A word that goes before all tags; again for more.")
@click.option("--underscores", is_flag=True, help="Write long_hair, not long hair.")
@click.option("--escape", is_flag=True, help="Write parentheses as prompts have them.")
@click.option("--order", type=click.Choice(["confidence", "name"]), default="confidence", show_default=True)
@click.option("--most", type=click.IntRange(1), default=1_000, show_default=True, help="So many tags at most.")
@click.option("--what", type=click.Choice(["tags", "caption", "both"]), default="both", help="Into pictures only.")
@click.option("--keep-time", is_flag=True, help="Leave the pictures' time of change.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def write_out(query: tuple[str, ...], everything: bool, dry_run: bool, **asked: Any) -> int:
    """Write tags and captions of all pictures that QUERY finds. `dtk undo` takes it back.

    A text file that says how a picture was made is never written over; in pictures, no pixel and no recipe changes.
    """
    with open_library(asked["data_dir"], asked["collection"]) as library:
        with searching(library) as search:
            ids = chosen(search, query, everything=everything).tolist()
        plan = _planned(library, ids, asked) if ids else Plan(items=())
        if dry_run or not plan.operations:
            return _tell_plan(plan, as_json=asked["as_json"], dry_run=dry_run)
        with output.ProgressBar() as bar:
            journal_id = _drawn(carry_out(library.collection, ACTION, plan.operations, plan.sentence), bar)
        went = outcome(library.collection, journal_id)
    problems = [{"path": printable(each.path), "message": each.message} for each in went.problems]
    problems += _problems(plan)
    failed = went.failed + len(plan.problems)
    if asked["as_json"]:
        output.print_json({"journal": journal_id, "done": went.done, "failed": failed, "problems": problems})
    else:
        _tell_problems(problems)
        output.message(f"{plan.sentence}." if not failed else f"{went.done:,} done, {failed:,} not.")
    return 1 if failed else 0


@click.command("read-sidecars", short_help="Take tags and captions over from files beside pictures.")
@click.argument("query", nargs=-1)
@click.option(
    "--form",
    type=click.Choice(["auto", "tags", "lines", "caption", "json", "xmp"]),
    default="auto",
    show_default=True,
    help="Tags with commas, one a line, a caption, JSON, XMP; auto: found out for each.",
)
@click.option(
    "--threshold", type=click.FloatRange(0, 1), default=0.0, metavar="N", help="The least confidence of tags."
)
@click.option("--over", is_flag=True, help="Their captions count more than those that are here.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def read_sidecars(
    query: tuple[str, ...], form: str, threshold: float, over: bool, everything: bool, **common: Any
) -> int:
    """Give the pictures that QUERY finds the tags and captions of the text files beside them, as your own."""
    options = ReadingOptions(form=cast("SidecarForm", form), threshold=threshold, over=over)
    done = ReadSidecars()
    with open_library(common["data_dir"], common["collection"]) as library:
        with searching(library) as search:
            ids = chosen(search, query, everything=everything)
        with output.ProgressBar() as bar:
            for progress in read(library.collection, ids, options, done):
                bar.show(progress)
    problems = [{"path": path, "message": message} for path, message in done.problems]
    changed, journal = done.imported.changed, done.imported.journal_id
    if common["as_json"]:
        told = {"pictures": done.pictures, "changed": changed, "recipes": done.recipes}
        output.print_json({**told, "journal": journal, "problems": problems})
    else:
        _tell_problems(problems)
        output.message(f"{done.pictures:,} pictures have words beside them; {changed:,} changed.")
    return 0


def _planned(library: OpenLibrary, ids: list[int], asked: dict[str, Any]) -> Plan:
    text = TextOptions(
        sources=asked["sources"],
        threshold=asked["threshold"],
        first=asked["first"],
        underscores=asked["underscores"],
        escape=asked["escape"],
        order=cast("Order", asked["order"]),
        most=asked["most"],
    )
    existing = asked["existing"]
    if asked["form"] == "picture":
        if existing == "skip":
            raise click.UsageError("Into pictures, words are appended or written over.")
        replaced = cast("Literal['overwrite', 'append']", existing or "overwrite")
        into = PictureOptions(what=asked["what"], existing=replaced, keep_time=asked["keep_time"], text=text)
        return plan_into_pictures(library.collection, ids, into)
    form, kept = cast("Form", asked["form"]), cast("Existing", existing or "skip")
    beside = SidecarOptions(form=form, ending=asked["ending"], existing=kept, text=text)
    return plan_sidecars(library.collection, ids, beside)


def _drawn(working: Generator[Progress, None, int], bar: output.ProgressBar) -> int:
    try:
        while True:
            bar.show(next(working))
    except StopIteration as ended:
        return int(ended.value)


def _tell_plan(plan: Plan, *, as_json: bool, dry_run: bool) -> int:
    files = [printable(operation.source_path) for operation in plan.operations]
    problems = _problems(plan)
    if as_json:
        output.print_json({"files": files, "problems": problems, "dry_run": dry_run})
    else:
        for path in files[:MOST_SHOWN]:
            output.line(path)
        if len(files) > MOST_SHOWN:
            click.echo(f"… and {len(files) - MOST_SHOWN:,} more")
        _tell_problems(problems)
        output.message(f"{len(files):,} files would be written, {len(problems):,} cannot be.")
    return 0 if dry_run or not problems else 1


def _problems(plan: Plan) -> list[dict[str, str]]:
    return [{"path": printable(item.path), "message": item.problem or ""} for item in plan.problems]


def _tell_problems(problems: list[dict[str, str]]) -> None:
    for each in problems[:MOST_SHOWN]:
        output.message(f"{each['path']}: {each['message']}")
    if len(problems) > MOST_SHOWN:
        output.message(f"… and {len(problems) - MOST_SHOWN:,} more")
