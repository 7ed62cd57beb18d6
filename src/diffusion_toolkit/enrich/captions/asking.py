"""From what a person asks for to the options of a run: instructions worded, gaps filled from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from diffusion_toolkit.enrich.captions.instruction_book import InstructionBook
from diffusion_toolkit.enrich.captions.instructions import DEFAULT_LENGTH, DEFAULT_TYPE, Asked, worded
from diffusion_toolkit.enrich.captions.modes import CaptionMode
from diffusion_toolkit.enrich.captions.options import ProviderName
from diffusion_toolkit.enrich.captions.provider import Sampling
from diffusion_toolkit.record import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionDefaults:
    """What holds where a person says nothing."""

    provider: ProviderName = "joycaption"
    type: str = DEFAULT_TYPE
    length: str = DEFAULT_LENGTH
    wishes: tuple[str, ...] = ()
    mode: CaptionMode = "overwrite"
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsAsked:
    """What a person asks for; None takes what holds without a word. own: an instruction in the person's words instead
    of a type; person: what a person in a picture is called; over_people: also where people wrote the caption.
    """

    provider: str | None = None
    model: str = ""
    type: str | None = None
    length: str | None = None
    wishes: Sequence[str] | None = None
    person: str = ""
    own: str = ""
    mode: str | None = None
    over_people: bool = False


def run_options(asked: CaptionsAsked, defaults: CaptionDefaults, book: InstructionBook) -> dict[str, JsonValue]:
    """The options of a run, with the whole instruction in them. Raises UsageError."""
    instruction = worded(
        Asked(
            type=asked.type or defaults.type,
            length=asked.length or defaults.length,
            wishes=tuple(defaults.wishes if asked.wishes is None else asked.wishes),
            person=asked.person,
            own=asked.own,
        ),
        book.texts(),
    )
    return {
        "provider": asked.provider or defaults.provider,
        "model": asked.model,
        "instruction": instruction,
        "mode": asked.mode or defaults.mode,
        "over_people": asked.over_people,
        "temperature": defaults.sampling.temperature,
        "max_tokens": defaults.sampling.max_tokens,
    }
