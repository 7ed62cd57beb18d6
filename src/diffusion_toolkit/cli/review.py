"""`dtk review`: results of models that wait for a person's word."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, cast

import click
import numpy as np

from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.choosing import tell
from diffusion_toolkit.cli.enriching import work_here
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library
from diffusion_toolkit.jobs.review import plan_retry
from diffusion_toolkit.library import review as library_review
from diffusion_toolkit.library.review import Ids
from diffusion_toolkit.store.proposal_decisions import ProposalRow

Command = Callable[..., Any]
MOST_SHOWN = 50


@click.group(short_help="Accept, reject and settle what models say about pictures.")
def review() -> None:
    """Results of `dtk tag --review` and `dtk caption --review`. Nothing of them is applied before you accept it."""


def _filters(command: Command) -> Command:
    for option in (
        click.option("--run", "run_id", type=click.IntRange(1), help="Only those of this run."),
        click.option("--source", metavar="MODEL", help="Only those of this model."),
        click.option("--kind", type=click.Choice(["tags", "caption"]), help="Only tags, or only captions."),
    ):
        command = option(command)
    return common_options(command)


def _numbered(command: Command) -> Command:
    everything = click.option("--all", "everything", is_flag=True, help="All that wait, instead of NUMBERS.")
    return click.argument("numbers", nargs=-1, type=click.IntRange(1, 2**63 - 1))(everything(_filters(command)))


@review.command("list", short_help="What waits.")
@click.option("--limit", type=click.IntRange(1), default=MOST_SHOWN, show_default=True, help="So many at most.")
@_filters
def list_(limit: int, **common: Any) -> int:
    """List the results that wait, by number."""
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _waiting(library, common)
        rows = library_review.read(library.collection, ids[:limit].tolist())
    if common["as_json"]:
        output.print_json({"total": len(ids), "items": [_listed(row) for row in rows]})
    else:
        table = [(row.id, row.image_id, row.source, _says(row)) for row in rows]
        output.print_table(("number", "picture", "model", "says"), table)
        output.message(f"{len(ids):,} wait.")
    return 0


@review.command("tags", short_help="The tags that wait, over all pictures.")
@_filters
def tags(**common: Any) -> int:
    """List the tags that results propose, the most frequent first."""
    with open_library(common["data_dir"], common["collection"]) as library:
        found = library_review.tags_waiting(library.collection, _waiting(library, common))
    if common["as_json"]:
        output.print_json([asdict(tag) for tag in found])
    else:
        sure = [
            (tag.name, f"{tag.count:,}", "" if tag.confidence is None else f"{tag.confidence:.2f}") for tag in found
        ]
        output.print_table(("tag", "pictures", "confidence"), sure)
    return 0


@review.command(short_help="Apply results.")
@_numbered
def accept(numbers: tuple[int, ...], everything: bool, **common: Any) -> int:
    """Apply the results NUMBERS."""
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _chosen(library, numbers, everything, common)
        return tell(library, library_review.accept(library.collection, ids), as_json=common["as_json"])


@review.command(short_help="Never apply results.")
@_numbered
def reject(numbers: tuple[int, ...], everything: bool, **common: Any) -> int:
    """Let the results NUMBERS never be applied."""
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _chosen(library, numbers, everything, common)
        return tell(library, library_review.reject(library.collection, ids), as_json=common["as_json"])


@review.command(short_help="Ask the models again.")
@_numbered
def retry(numbers: tuple[int, ...], everything: bool, **common: Any) -> int:
    """Put the results NUMBERS aside and ask the models again, here and now; what they say then waits too."""
    with open_library(common["data_dir"], common["collection"]) as library:
        context = library.settings.stage_context
        ids = _chosen(library, numbers, everything, common)
        written, runs = plan_retry(library.collection, ids, context)
        if not runs:
            return tell(library, written, as_json=common["as_json"])
        return max(work_here(library, run_id, context, as_json=common["as_json"]) for run_id in runs)


@review.command(short_help="Take or refuse one tag on all pictures.")
@click.argument("decision", type=click.Choice(["take", "refuse"]))
@click.argument("tag")
@_filters
def settle(decision: str, tag: str, **common: Any) -> int:
    """Take or refuse TAG on all pictures of which a result that waits proposes it. Taken ones are applied at once."""
    with open_library(common["data_dir"], common["collection"]) as library:
        ids = _waiting(library, common)
        word = cast("Literal['take', 'refuse']", decision)
        return tell(library, library_review.settle_tag(library.collection, ids, tag, word), as_json=common["as_json"])


@review.command(short_help="Change what a result says.")
@click.argument("number", type=click.IntRange(1))
@click.option("--tag", "names", multiple=True, metavar="TAG", help="A tag that it is to have; others go.")
@click.option("--text", help="The caption that it is to have.")
@common_options
def edit(
    number: int,
    names: tuple[str, ...],
    text: str | None,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Let the result NUMBER have other tags or another text; it goes on waiting."""
    if (text is None) == (not names):
        raise click.UsageError("Give either --tag or --text.")
    with open_library(data_dir, collection) as library:
        if text is not None:
            return tell(library, library_review.edit_caption(library.collection, number, text), as_json=as_json)
        return tell(library, library_review.edit_tags(library.collection, number, names), as_json=as_json)


def _waiting(library: OpenLibrary, common: dict[str, Any]) -> Ids:
    runs = None if common["run_id"] is None else [common["run_id"]]
    return library_review.results(library.collection, kind=common["kind"], source=common["source"], run_ids=runs).ids


def _chosen(library: OpenLibrary, numbers: tuple[int, ...], everything: bool, common: dict[str, Any]) -> Ids:
    if everything == bool(numbers):
        raise click.UsageError("Name results by their numbers, or --all.")
    ids = _waiting(library, common)
    return ids if everything else ids[np.isin(ids, np.asarray(numbers, np.int64))]


def _listed(row: ProposalRow) -> dict[str, Any]:
    return {**asdict(row), "made_at": row.made_at.isoformat()}


def _says(row: ProposalRow) -> str:
    tags = row.payload.get("tags")
    if isinstance(tags, list):
        return ", ".join(str(tag.get("name")) for tag in tags if isinstance(tag, dict))
    return str(row.payload.get("text", ""))
