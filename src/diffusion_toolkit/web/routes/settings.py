"""Settings: what can be set, and setting it."""

from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request

from diffusion_toolkit.errors import Refused
from diffusion_toolkit.paths import printable
from diffusion_toolkit.web.asked import PROBLEMS
from diffusion_toolkit.web.models_settings import SettingAnswer, SettingsAnswer, SettingsChange
from diffusion_toolkit.web.options import WebOptions
from diffusion_toolkit.web.routes.files import is_here
from diffusion_toolkit.web.settings_book import FILE, OF_THIS_MACHINE, OTHERS, SettingsBook

router = APIRouter(prefix="/api/settings", tags=["settings"], responses=PROBLEMS)


async def _book(request: Request) -> SettingsBook:
    return cast(SettingsBook, request.app.state.settings)


TheSettings = Annotated[SettingsBook, Depends(_book)]


@router.get("", response_model=SettingsAnswer)
def settings(request: Request, book: TheSettings) -> SettingsAnswer:
    """Everything one can set, with what it is now, what it would be, and what it may be."""
    return SettingsAnswer(
        settings=[SettingAnswer.model_validate(each) for each in book.list()],
        here=is_here(request),
        file=printable(str(request.app.state.library.data_dir / FILE)),
    )


@router.patch("", response_model=SettingsAnswer)
def change_settings(request: Request, book: TheSettings, asked: SettingsChange) -> SettingsAnswer:
    """Change some settings in `settings.toml`, all or none."""
    names = asked.values.keys()
    if others := sorted(names & OTHERS):
        raise Refused(f"{others[0]} cannot be changed here.")
    if (kept := sorted(names & OF_THIS_MACHINE)) and not is_here(request):
        raise Refused(f"Only who sits at the machine of the library may change {kept[0]}.")
    book.change(asked.values)
    if "open_with" in names:
        options: WebOptions = request.app.state.options
        request.app.state.options = replace(options, programs=book.settings.programs)
    return settings(request, book)
