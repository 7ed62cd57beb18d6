"""`dtk caption`: models write captions for the pictures that a query finds."""

from functools import partial
from pathlib import Path

import click

from diffusion_toolkit import settings
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.enriching import Asked, enrich
from diffusion_toolkit.cli.library import common_options, open_library
from diffusion_toolkit.enrich.captions.asking import CaptionsAsked, run_options
from diffusion_toolkit.enrich.captions.estimate import estimate_captions
from diffusion_toolkit.enrich.captions.instruction_book import InstructionBook
from diffusion_toolkit.enrich.captions.instructions import LENGTHS, WISHES
from diffusion_toolkit.enrich.captions.modes import MODES
from diffusion_toolkit.enrich.captions.now import try_out
from diffusion_toolkit.enrich.captions.options import PROVIDERS
from diffusion_toolkit.enrich.captions.sample import WHAT_IT_SHOWS
from diffusion_toolkit.enrich.captions.server import ServerCaptions
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.settings import Settings


@click.command(short_help="Let models write captions for the pictures that a query finds.")
@click.argument("query", nargs=-1)
@click.option("--provider", type=click.Choice(PROVIDERS), help="A model on this machine, or a server.")
@click.option("--model", default="", metavar="NAME", help="Another model than that of the settings.")
@click.option("--type", "type_", metavar="NAME", help="The type of caption; --types lists them.")
@click.option("--length", metavar="LENGTH", help=f"{', '.join(LENGTHS)}, or a number of words.")
@click.option("--wish", "wishes", multiple=True, metavar="NAME", help="A sentence to add, again for more.")
@click.option("--person", default="", metavar="NAME", help="What a person is called, with --wish person.")
@click.option("--instruction", "own", default="", metavar="TEXT", help="Your own words instead of a type.")
@click.option("--mode", type=click.Choice(MODES), help="What becomes of captions that are there.")
@click.option("--over-people", is_flag=True, help="Also where people wrote the caption; can be undone.")
@click.option("--review", "held", is_flag=True, help="Hold the captions for review; nothing is applied.")
@click.option("--again", is_flag=True, help="Also pictures that have such a caption of this model.")
@click.option("--retry-failed", is_flag=True, help="Also pictures that failed before.")
@click.option("--estimate", is_flag=True, help="Only say how long it would take; with --try, ask a server once.")
@click.option("--types", "list_types", is_flag=True, help="List types, wishes and their texts; write nothing.")
@click.option("--try", "try_it", is_flag=True, help="Test the connection, and caption a picture made for trying.")
@click.option("--all", "everything", is_flag=True, help="The whole library, without a query.")
@common_options
def caption(
    query: tuple[str, ...],
    provider: str | None,
    model: str,
    type_: str | None,
    length: str | None,
    wishes: tuple[str, ...],
    person: str,
    own: str,
    mode: str | None,
    over_people: bool,
    held: bool,
    again: bool,
    retry_failed: bool,
    estimate: bool,
    list_types: bool,
    try_it: bool,
    everything: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Let a model write captions for the pictures that QUERY finds. Yours are not touched, unless you say so.

    Interrupted, the same command goes on where it stopped. A query that begins with "-" goes after "--".
    """
    found = settings.load(data_dir=data_dir, collection=collection)
    if list_types:
        return _list_types(found, as_json=as_json)
    asked = CaptionsAsked(
        provider=provider,
        model=model,
        type=type_,
        length=length,
        wishes=wishes or None,
        person=person,
        own=own,
        mode=mode,
        over_people=over_people,
    )
    options = run_options(asked, found.captions.defaults, InstructionBook(found.data_dir))
    if try_it and not estimate:
        return _try(found, options, as_json=as_json)
    wanted = Wanted(
        kind="caption",
        options=options,
        held=held,
        query=" ".join(query),
        again=again,
        retry_failed=retry_failed,
    )
    with open_library(data_dir, collection) as library:
        measure = partial(estimate_captions, ask_server=try_it) if estimate else None
        told = Asked(wanted=wanted, query=query, everything=everything, measure=measure, as_json=as_json)
        return enrich(library, told, library.settings.stage_context)


def _list_types(found: Settings, *, as_json: bool) -> int:
    types = InstructionBook(found.data_dir).types()
    if as_json:
        output.print_json(
            {
                "types": [{"name": each.name, "title": each.title, "text": each.text} for each in types],
                "lengths": list(LENGTHS),
                "wishes": [{"name": each.name, "title": each.title, "text": each.text} for each in WISHES],
                "modes": list(MODES),
            }
        )
        return 0
    output.print_table(("type", "instruction"), [(each.name, each.text) for each in types])
    output.print_table(("wish", "sentence"), [(each.name, each.text) for each in WISHES])
    return 0


def _try(found: Settings, options: dict[str, JsonValue], *, as_json: bool) -> int:
    """Test a server, then have the sample picture captioned; how long each took."""
    told: dict[str, JsonValue] = {}
    context = found.stage_context
    if options["provider"] == "server":
        writer = shared_writers().open(found.captions.options, context.models_folder, "server", str(options["model"]))
        assert isinstance(writer, ServerCaptions)
        tested = writer.server.test()
        told["models"] = list(tested.models)
        output.message(f"{writer.device}: {len(tested.models)} models, {tested.model or 'none'} is asked.")
        if tested.problem:
            output.message(tested.problem)
        if not tested.works:
            if as_json:
                output.print_json(told | {"works": False, "problem": tested.problem})
            return 1
    tried = try_out(options, context)
    written = tried.result.written
    told |= {
        "works": True,
        "provider": tried.provider,
        "model": tried.model,
        "caption": tried.result.text,
        "tokens": written.tokens,
        "seconds": round(written.seconds, 3),
    }
    if as_json:
        output.print_json(told)
    else:
        output.message(f"The picture: {WHAT_IT_SHOWS}")
        output.message(f"{tried.model}, {written.seconds:.1f} s: {tried.result.text}")
    return 0
