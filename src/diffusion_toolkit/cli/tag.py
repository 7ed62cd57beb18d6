"""`dtk tag`: models tag the pictures that a query finds."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from diffusion_toolkit.cli.enriching import Asked, enrich
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.enrich.engine.estimate import estimate as measure
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.enrich.executors.ray import ClusterOptions
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.record import JsonValue


@click.command(short_help="Let models tag the pictures that a query finds.")
@click.argument("query", nargs=-1)
@click.option("--model", "models", multiple=True, metavar="NAME", help="A tagger, again for more; all that are here.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="CATEGORY=N",
    help="As in general=0.35; the model's own without.",
)
@click.option("--by-cut", is_flag=True, help="Find the threshold of each picture by the largest gap instead.")
@click.option("--nsfw", type=click.FloatRange(0, 1), metavar="N", help="Mark NSFW what is rated so by more than this.")
@click.option("--review", "held", is_flag=True, help="Hold the tags for review; nothing is applied.")
@click.option("--again", is_flag=True, help="Also pictures that these models have tagged.")
@click.option("--retry-failed", is_flag=True, help="Also pictures that failed before.")
@click.option("--estimate", is_flag=True, help="Only say how long it would take.")
@click.option("--device", type=click.Choice(("auto", "cpu", "cuda", "directml")), help="What the models run on.")
@click.option("--cluster", metavar="ADDRESS", help='Work on a Ray cluster; "auto" for the one of this machine.')
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def tag(
    query: tuple[str, ...],
    models: tuple[str, ...],
    thresholds: tuple[str, ...],
    by_cut: bool,
    nsfw: float | None,
    held: bool,
    again: bool,
    retry_failed: bool,
    estimate: bool,
    device: str | None,
    cluster: str | None,
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Let models tag the pictures that QUERY finds. What they say is kept apart from your own tags.

    Interrupted, the same command goes on where it stopped. A query that begins with "-" goes after "--".
    """
    options: dict[str, JsonValue] = {
        "models": list(models),
        "thresholds": dict[str, JsonValue](map(_threshold, thresholds)),
        "by_cut": by_cut,
        "nsfw": nsfw,
    }
    with open_library(data_dir, collection) as library:
        context = library.settings.stage_context
        if device is not None:
            context = replace(context, runtime=replace(context.runtime, device=device))
        wanted = Wanted(
            kind="tags",
            options=options,
            held=held,
            query=" ".join(query),
            again=again,
            retry_failed=retry_failed,
        )
        asked = Asked(
            wanted=wanted,
            query=query,
            everything=everything,
            measure=partial(measure, on_cluster=cluster is not None) if estimate else None,
            as_json=as_json,
            cluster=ClusterOptions(address=cluster) if cluster else None,
        )
        return enrich(library, asked, context)


def _threshold(text: str) -> tuple[str, float]:
    category, _, number = text.partition("=")
    try:
        return category.strip(), float(number)
    except ValueError as error:
        raise UsageError(f'--threshold is given as in general=0.35, not "{text}".') from error
