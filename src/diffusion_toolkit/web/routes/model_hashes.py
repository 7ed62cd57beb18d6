"""Hashes of models: what they are called, and what Civitai says of them, when it is asked."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from diffusion_toolkit.integrations.civitai import Civitai
from diffusion_toolkit.library.models import civitai as lookups
from diffusion_toolkit.library.models import names
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models_model_files import (
    CivitaiAnswered,
    CivitaiNotice,
    ImportedNamesAnswer,
    KnownHashAnswer,
    NamesToImport,
    NewHashName,
    TokenOnly,
)
from diffusion_toolkit.web.routes.models import PREVIEW, FileId, picture

router = APIRouter(prefix=IN_COLLECTION, tags=["models"], responses=PROBLEMS)

Digits = Annotated[str, Path(min_length=8, max_length=66, pattern="^[0-9a-fA-Fx]+$")]


@router.post("/model-files/{file_id}/civitai", response_model=CivitaiAnswered)
def ask_for_model(library: TheLibrary, collection: CollectionName, file_id: FileId) -> Response:
    """Ask Civitai for a model file by its hash; nothing but the hash is told."""
    civitai = Civitai(library.civitai)
    try:
        answer = lookups.ask_for_file(library.collection(collection), civitai, file_id)
    finally:
        civitai.close()
    return _answered(library, collection, answer)


@router.get("/model-hashes/{digits}", response_model=KnownHashAnswer)
def known_hash(library: TheLibrary, collection: CollectionName, digits: Digits) -> Response:
    """What is known of a hash in any form: AutoV1 to AutoV3, SHA-256."""
    return json_answer(names.look_up(library.collection(collection), digits))


@router.put("/model-hashes/{digits}/name", response_model=TokenOnly)
def name_hash(library: TheLibrary, collection: CollectionName, digits: Digits, new: NewHashName) -> Response:
    """Give the model of a hash a name of your own."""
    token = names.set_name(library.collection(collection), digits, new.name)
    library.wrote(collection, token)
    return json_answer({"token": token})


@router.post("/model-hashes/{digits}/civitai", response_model=CivitaiAnswered)
def ask_for_hash(library: TheLibrary, collection: CollectionName, digits: Digits) -> Response:
    """Ask Civitai which model a hash belongs to."""
    civitai = Civitai(library.civitai)
    try:
        answer = lookups.ask_by_hash(library.collection(collection), civitai, digits)
    finally:
        civitai.close()
    return _answered(library, collection, answer)


@router.post("/model-names", response_model=ImportedNamesAnswer)
def import_names(library: TheLibrary, collection: CollectionName, asked: NamesToImport) -> Response:
    """Take over the names of hashes in AUTOMATIC1111's cache.json or in a list of Civitai's models."""
    imported = names.import_names_of(library.collection(collection), asked.content)
    library.wrote(collection, imported.token)
    return json_answer(imported)


@router.get("/civitai", response_model=CivitaiNotice)
def civitai_notice(library: TheLibrary, collection: CollectionName) -> Response:
    """Whom a look-up asks and what it tells. Nothing is asked here."""
    options = library.civitai
    unknown = lookups.unknown_hashes(library.collection(collection))
    return json_answer(
        {"host": options.host, "sent": options.notice, "has_key": options.api_key is not None, "unknown": len(unknown)}
    )


@router.post("/model-files/{file_id}/preview", response_class=Response, responses=PREVIEW)
def load_model_preview(library: TheLibrary, collection: CollectionName, file_id: FileId) -> Response:
    """Load the preview that Civitai named for this model, and keep it."""
    civitai = Civitai(library.civitai)
    try:
        return picture(lookups.load_preview(library.collection(collection), civitai, file_id))
    finally:
        civitai.close()


def _answered(library: Library, collection: str, answer: lookups.CivitaiAnswer) -> Response:
    library.wrote(collection, answer.token)
    found = CivitaiAnswered.model_validate(answer)
    return Response(found.model_dump_json(), media_type="application/json")
