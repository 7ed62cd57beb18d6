"""What runs here."""

from fastapi import APIRouter

from diffusion_toolkit import __version__
from diffusion_toolkit.web.asked import PROBLEMS, TheLibrary
from diffusion_toolkit.web.models import PluginFailureAnswer, StatusAnswer

router = APIRouter(prefix="/api", tags=["status"], responses=PROBLEMS)


@router.get("/status", response_model=StatusAnswer)
def status(library: TheLibrary) -> StatusAnswer:
    """The program, its collections, and the state of the first one."""
    state = library.search(library.default).catalog.state
    plugins = library.plugins()
    return StatusAnswer(
        version=__version__,
        collections=library.database.collection_names(),
        collection=library.default,
        images=state.image_count,
        nsfw_mode=library.nsfw_mode,
        revision=state.revision,
        plugins=list(plugins.names),
        plugin_failures=[PluginFailureAnswer.model_validate(failure) for failure in plugins.failures],
    )
