"""The taggers that are here."""

from fastapi import APIRouter

from diffusion_toolkit.enrich.taggers.here import taggers_here
from diffusion_toolkit.paths import printable
from diffusion_toolkit.web.asked import PROBLEMS, TheLibrary
from diffusion_toolkit.web.models_taggers import TaggerAnswer, TaggersAnswer

router = APIRouter(prefix="/api/taggers", tags=["enrichment"], responses=PROBLEMS)


@router.get("", response_model=TaggersAnswer)
def taggers(library: TheLibrary) -> TaggersAnswer:
    """The taggers that lie in the folder of models, with the thresholds that are suggested for each."""
    folder = library.stages().models_folder
    found = [
        TaggerAnswer(name=one.name, title=one.title, size_bytes=one.size_bytes, thresholds=dict(one.thresholds))
        for one in taggers_here(folder)
    ]
    return TaggersAnswer(folder=printable(str(folder)), taggers=found)
