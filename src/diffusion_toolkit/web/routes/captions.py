"""Captions that models write: who writes them, what they are asked, one now, or many in the background."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Path, Request, Response

from diffusion_toolkit import jobs
from diffusion_toolkit.enrich.captions import now
from diffusion_toolkit.enrich.captions.asking import CaptionsAsked, run_options
from diffusion_toolkit.enrich.captions.estimate import estimate_captions
from diffusion_toolkit.enrich.captions.instruction_book import InstructionBook
from diffusion_toolkit.enrich.captions.instructions import FEWEST_WORDS, LENGTHS, MOST_WORDS, TYPES, WISHES
from diffusion_toolkit.enrich.captions.local.process import check_installed
from diffusion_toolkit.enrich.captions.local.provider import installed_models
from diffusion_toolkit.enrich.captions.modes import MODES
from diffusion_toolkit.enrich.captions.now import CaptionedNow
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.errors import Refused, ToolkitError
from diffusion_toolkit.integrations.openai_server import OpenAiServer, OpenAiServerOptions
from diffusion_toolkit.library.images import image_file
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.settings import CaptionSettings
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, ImageId, TheLibrary
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models_captions import (
    CaptionDefaultsAnswer,
    CaptionEstimateRequest,
    CaptionNowAnswer,
    CaptionNowRequest,
    CaptionProviderAnswer,
    CaptionRunRequest,
    CaptionTryRequest,
    CaptionTypeAnswer,
    CaptionWish,
    CaptionWishAnswer,
    ConnectionAnswer,
    InstructionChange,
    InstructionsAnswer,
    ServerModelsAnswer,
    ServerWish,
)
from diffusion_toolkit.web.models_enrichment import EstimateAnswer, StartedRun
from diffusion_toolkit.web.routes.files import is_here
from diffusion_toolkit.web.routes.settings import TheSettings
from diffusion_toolkit.web.run_answers import estimate_answer, run_answer
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(tags=["captions"], responses=PROBLEMS)

TypeName = Annotated[str, Path(max_length=40)]


async def _book(library: TheLibrary) -> InstructionBook:
    return InstructionBook(library.data_dir)


TheBook = Annotated[InstructionBook, Depends(_book)]


@router.get("/api/captions/providers", response_model=list[CaptionProviderAnswer])
def caption_providers(settings: TheSettings) -> list[CaptionProviderAnswer]:
    """Who can write captions. No server is asked for it."""
    known, folder = settings.settings.captions, settings.settings.models_folder
    here = [model.name for model in installed_models(folder)]
    problem: str | None = None
    try:
        check_installed()
        model: str | None = shared_writers().open(known.options, folder, "joycaption").model
    except ToolkitError as error:
        model, problem = None, str(error)
    local = CaptionProviderAnswer(
        name="joycaption",
        title="A model on this machine",
        ready=problem is None,
        model=model,
        choices=here,
        loaded=shared_writers().is_loaded,
        problem=problem,
    )
    return [local, _server_provider(known)]


@router.get("/api/captions/instructions", response_model=InstructionsAnswer)
def caption_instructions(book: TheBook, settings: TheSettings) -> InstructionsAnswer:
    """What models can be asked to write, with the user's own texts."""
    ours = {each.name: each.text for each in TYPES}
    defaults = settings.settings.captions.defaults
    return InstructionsAnswer(
        types=[
            CaptionTypeAnswer(name=each.name, title=each.title, text=each.text, default=ours.get(each.name))
            for each in book.types()
        ],
        lengths=list(LENGTHS),
        wishes=[CaptionWishAnswer(name=each.name, title=each.title, text=each.text) for each in WISHES],
        modes=list(MODES),
        fewest_words=FEWEST_WORDS,
        most_words=MOST_WORDS,
        defaults=CaptionDefaultsAnswer(
            provider=defaults.provider,
            type=defaults.type,
            length=defaults.length,
            wishes=list(defaults.wishes),
            mode=defaults.mode,
        ),
    )


@router.put("/api/captions/instructions/{name}", response_model=CaptionTypeAnswer)
def change_instruction(book: TheBook, name: TypeName, asked: InstructionChange) -> CaptionTypeAnswer:
    """Change the instruction of a type, or make a type of one's own."""
    changed = book.change(name, asked.text)
    ours = {each.name: each.text for each in TYPES}
    return CaptionTypeAnswer(name=name, title=changed.title, text=changed.text, default=ours.get(name))


@router.delete("/api/captions/instructions/{name}", status_code=204, response_class=Response)
def restore_instruction(book: TheBook, name: TypeName) -> None:
    """Give a type our instruction again; a type of one's own goes."""
    book.restore(name)


@router.post("/api/captions/server/models", response_model=ServerModelsAnswer)
def server_models(request: Request, settings: TheSettings, asked: ServerWish) -> ServerModelsAnswer:
    """The models that a server lists."""
    server = _server(request, settings.settings.captions, asked)
    try:
        return ServerModelsAnswer(models=list(server.models()))
    finally:
        server.close()


@router.post("/api/captions/server/test", response_model=ConnectionAnswer)
def check_server(request: Request, settings: TheSettings, asked: ServerWish) -> ConnectionAnswer:
    """Test the connection: list the models, and have one write a token."""
    server = _server(request, settings.settings.captions, asked)
    try:
        found = server.test()
    finally:
        server.close()
    return ConnectionAnswer(
        works=found.works,
        models=list(found.models),
        model=found.model,
        seconds=found.seconds,
        failed=found.failed,
        problem=found.problem,
    )


@router.post("/api/captions/sample", response_model=CaptionNowAnswer)
def caption_sample(
    library: TheLibrary, settings: TheSettings, book: TheBook, asked: CaptionTryRequest
) -> CaptionNowAnswer:
    """Have a picture captioned that is made for trying."""
    known = settings.settings
    options = _options(known.captions, book, asked.how)
    now.check_free(_collections(library), options)
    return _now(now.try_out(options, known.stage_context))


@router.post(IN_COLLECTION + "/images/{image_id}/caption", response_model=CaptionNowAnswer)
def caption_image(
    writing: TheWriting, image_id: ImageId, settings: TheSettings, book: TheBook, asked: CaptionNowRequest
) -> CaptionNowAnswer:
    """Have one image captioned now; `keep` lets the caption count at once."""
    known = settings.settings
    options = _options(known.captions, book, asked.how)
    now.check_free(_collections(writing.library), options)
    path = image_file(writing.collection, image_id).path
    found = now.caption_now(writing.collection, image_id, path, options, known.stage_context, keep=asked.keep)
    if found.token is not None:
        writing.library.wrote(writing.name, found.token)
    return _now(found)


@router.post(IN_COLLECTION + "/captions/runs", status_code=202, response_model=StartedRun)
def start_captions(writing: TheWriting, settings: TheSettings, book: TheBook, asked: CaptionRunRequest) -> StartedRun:
    """Let models caption these images in the background; the run is watched and stopped as every other."""
    known = settings.settings
    wanted = Wanted(
        kind="caption",
        options=_options(known.captions, book, asked.how),
        held=asked.held,
        query=asked.query or "",
        again=asked.again,
        retry_failed=asked.retry_failed,
    )
    ids = writing.ids(asked).astype(np.int32)
    run_id = runs.start(writing.collection, wanted, ids, known.stage_context)
    shared_writers().close()  # the run loads a model of its own
    job = jobs.start_enrichment(writing.library.database, writing.name, run_id)
    return StartedRun(run=run_answer(runs.get_run(writing.collection, run_id)), job=job)


@router.post(IN_COLLECTION + "/captions/estimate", response_model=EstimateAnswer)
def estimate_caption_run(
    writing: TheWriting, settings: TheSettings, book: TheBook, asked: CaptionEstimateRequest
) -> EstimateAnswer:
    """How long captions of these images would take: as the last run of the same model did it; else a model of this
    machine is tried on a few images, and a server only where that is asked for.
    """
    known = settings.settings
    options = _options(known.captions, book, asked.how)
    wanted = Wanted(kind="caption", options=options, again=asked.again, retry_failed=asked.retry_failed)
    ids, context = writing.ids(asked).astype(np.int32), known.stage_context
    return estimate_answer(estimate_captions(writing.collection, wanted, ids, context, ask_server=asked.ask_server))


def _collections(library: Library) -> Iterator[Collection]:
    return map(library.collection, library.database.collection_names())


def _options(settings: CaptionSettings, book: InstructionBook, how: CaptionWish) -> dict[str, JsonValue]:
    asked = CaptionsAsked(
        provider=how.provider,
        model=how.model,
        type=how.type,
        length=how.length,
        wishes=how.wishes,
        person=how.person,
        own=how.own,
        mode=how.mode,
        over_people=how.over_people,
    )
    return run_options(asked, settings.defaults, book)


def _server(request: Request, settings: CaptionSettings, asked: ServerWish) -> OpenAiServer:
    """The server that is meant. Another address than that of the settings gets nothing but what was given with it."""
    known = settings.options.server.server
    if asked.url is None or asked.url == known.url:
        key = asked.api_key or known.api_key
        chosen = replace(known, api_key=key)
    elif is_here(request):
        chosen = OpenAiServerOptions(url=asked.url, api_key=asked.api_key or None, timeout_s=known.timeout_s)
    else:
        raise Refused("Only who sits at the machine of the library may name another server.")
    return OpenAiServer(replace(chosen, model=chosen.model if asked.model is None else asked.model))


def _server_provider(settings: CaptionSettings) -> CaptionProviderAnswer:
    options = settings.options.server
    problem: str | None = None
    try:
        OpenAiServer(options.server).close()
    except ToolkitError as error:
        problem = str(error)
    return CaptionProviderAnswer(
        name="server",
        title="A server",
        ready=problem is None,
        model=options.server.model or None,
        choices=[],
        loaded=False,
        problem=problem,
    )


def _now(found: CaptionedNow) -> CaptionNowAnswer:
    result = found.result
    return CaptionNowAnswer(
        text=result.text,
        model_text=result.written.text,
        instruction=result.instruction,
        provider=found.provider,
        model=found.model,
        tokens=result.written.tokens,
        seconds=result.written.seconds,
        kept=found.kept,
        token=found.token,
    )
