"""Settings, and what becomes of pictures that are marked NSFW."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from diffusion_toolkit.web.models import Answer, Asked
from diffusion_toolkit.web.settings_book import SettingKind, Source

NsfwModeName = Literal["show", "blur", "hide"]
Passphrase = Annotated[str, Field(min_length=1, max_length=1000)]


class SettingAnswer(Answer):
    """One setting, as it stands in `settings.toml` and the environment now."""

    name: Annotated[str, Field(description="As in settings.toml, with dots: a page can have words for it.")]
    kind: SettingKind
    value: Annotated[JsonValue, Field(description="Null for a secret: those are never sent back.")]
    default: JsonValue
    description: Annotated[str, Field(description="In English.")]
    minimum: float | None
    maximum: float | None
    choices: list[str]
    source: Source
    is_set: Annotated[bool, Field(description="It is not the default; of a secret: there is one.")]
    pending: Annotated[bool, Field(description="It holds from the next start of the program on.")]
    of_this_machine: Annotated[bool, Field(description="Only who sits at the machine of the library may change it.")]


class SettingsAnswer(Answer):
    """Everything one can set. here: the visitor sits at the machine of the library."""

    settings: list[SettingAnswer]
    here: bool
    file: Annotated[str, Field(description="Where the settings are kept.")]


class SettingsChange(Asked):
    """New values by name; null brings the default back."""

    values: Annotated[dict[str, JsonValue], Field(min_length=1, max_length=100)]


class NsfwModeAnswer(Answer):
    """What becomes of pictures that are marked NSFW."""

    mode: NsfwModeName
    has_passphrase: Annotated[bool, Field(description="Hiding ends only with the passphrase.")]


class NsfwModeRequest(Asked):
    """The new mode; with the passphrase, where hiding is to end and there is one."""

    mode: NsfwModeName
    passphrase: Passphrase | None = None


class PassphraseRequest(Asked):
    """A new passphrase, or null for none; with the one of now, where there is one."""

    passphrase: Passphrase | None
    current: Passphrase | None = None
