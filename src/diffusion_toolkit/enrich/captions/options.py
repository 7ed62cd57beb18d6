"""How captions are written: which provider, and how it is reached. Light, for the settings are composed of it."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, get_args

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.integrations.openai_server import OpenAiServerOptions

ProviderName: TypeAlias = Literal["joycaption", "server"]
"""A model on this machine, or a server that speaks OpenAI's protocol."""

PROVIDERS: Final[tuple[ProviderName, ...]] = get_args(ProviderName)

ServerPicture: TypeAlias = Literal["auto", "fit", "joycaption"]
"""How pictures are sent: "auto" squishes them for a model that is called JoyCaption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCaptionOptions:
    """server: which, and how it is asked; side: longest side of a picture, in pixels; picture: how it is shrunk."""

    server: OpenAiServerOptions = field(default_factory=OpenAiServerOptions)
    side: int = 1024
    picture: ServerPicture = "auto"

    def with_model(self, model: str) -> "ServerCaptionOptions":
        """The same, for another model of the server where one is named."""
        return replace(self, server=replace(self.server, model=model)) if model else self


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCaptionOptions:
    """How a model on this machine is run.

    model: its name in `dtk models list`; idle_s: seconds without a question after which it is let go, -1 = never;
    parallel: questions at the same time; context_tokens: of one question with its answer, a picture takes 729 of them;
    gpu_layers: -1 = as many as fit, 0 = none; threads: of the processor, 0 = one per core;
    timeout_s: of one answer; start_timeout_s: of loading.
    """

    model: str = "joycaption"
    idle_s: float = 120.0
    parallel: int = 4
    context_tokens: int = 3072
    gpu_layers: int = -1
    threads: int = 0
    timeout_s: float = 600.0
    start_timeout_s: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionOptions:
    """provider: where nobody says which; server, local: how the two are reached."""

    provider: ProviderName = "joycaption"
    server: ServerCaptionOptions = field(default_factory=ServerCaptionOptions)
    local: LocalCaptionOptions = field(default_factory=LocalCaptionOptions)


def checked_provider(name: str) -> ProviderName:
    """The provider of this name. Raises UsageError."""
    for provider in PROVIDERS:
        if provider == name:
            return provider
    raise UsageError(f"Captions are written by one of {', '.join(PROVIDERS)}.")
