"""Showing, blurring or hiding pictures that are marked NSFW. Hidden ones leave every answer of the server."""

from typing import Annotated, Final, cast

from fastapi import APIRouter, Depends, Request, Response

from diffusion_toolkit.web.asked import PROBLEMS, TheLibrary
from diffusion_toolkit.web.broadcast import Broadcaster
from diffusion_toolkit.web.models_settings import NsfwModeAnswer, NsfwModeRequest, PassphraseRequest
from diffusion_toolkit.web.passphrase import GuessGuard, kept_form
from diffusion_toolkit.web.routes.settings import TheSettings
from diffusion_toolkit.web.settings_book import SettingsBook

FORGET: Final = '"cache"'
"""Browsers keep thumbnails for a year; what is hidden has to leave them, too."""

router = APIRouter(prefix="/api/nsfw-mode", tags=["settings"], responses=PROBLEMS)


async def _guard(request: Request) -> GuessGuard:
    return cast(GuessGuard, request.app.state.passphrase_guard)


TheGuard = Annotated[GuessGuard, Depends(_guard)]


@router.get("", response_model=NsfwModeAnswer)
def nsfw_mode(library: TheLibrary, book: TheSettings) -> NsfwModeAnswer:
    """The mode of now."""
    return NsfwModeAnswer(mode=library.nsfw_mode, has_passphrase=_kept(book) is not None)


@router.put("", response_model=NsfwModeAnswer)
def set_nsfw_mode(
    request: Request,
    response: Response,
    library: TheLibrary,
    book: TheSettings,
    guard: TheGuard,
    asked: NsfwModeRequest,
) -> NsfwModeAnswer:
    """Change the mode, for every visitor. To end hiding asks for the passphrase, if there is one."""
    if library.nsfw_mode == "hide" and asked.mode != "hide":
        guard.check(asked.passphrase, _kept(book))
    book.change({"nsfw.mode": asked.mode})
    library.set_nsfw_mode(asked.mode)
    broadcaster: Broadcaster = request.app.state.broadcaster
    for name in broadcaster.watched:
        broadcaster.publish("nsfw", name, {"mode": asked.mode})
    if asked.mode == "hide":
        response.headers["Clear-Site-Data"] = FORGET
    return nsfw_mode(library, book)


@router.put("/passphrase", response_model=NsfwModeAnswer)
def set_passphrase(library: TheLibrary, book: TheSettings, guard: TheGuard, asked: PassphraseRequest) -> NsfwModeAnswer:
    """Set, change or take away the passphrase that ends hiding."""
    guard.check(asked.current, _kept(book))
    book.change({"nsfw.passphrase": None if asked.passphrase is None else kept_form(asked.passphrase)})
    return nsfw_mode(library, book)


def _kept(book: SettingsBook) -> str | None:
    found = book.settings.nsfw.passphrase
    return found.get_secret_value() if found else None
