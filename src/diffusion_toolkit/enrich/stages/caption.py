"""The stage of captions: a model on this machine, or a server, writes what is on a picture."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.captions.instructions import (
    DEFAULT_LENGTH,
    DEFAULT_TYPE,
    Asked,
    checked_text,
    worded,
)
from diffusion_toolkit.enrich.captions.local.process import ModelDied
from diffusion_toolkit.enrich.captions.modes import CaptionMode, asked_in, checked_mode, merged
from diffusion_toolkit.enrich.captions.options import CaptionOptions, checked_provider
from diffusion_toolkit.enrich.captions.pictures import data_url
from diffusion_toolkit.enrich.captions.provider import (
    SYSTEM_TEXT,
    CaptionProvider,
    NothingWritten,
    Question,
    Sampling,
    Written,
    write_all,
)
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine.stage import (
    Given,
    ItemFailed,
    Options,
    StageContext,
    StageFailed,
    StageKind,
    StagePlan,
)
from diffusion_toolkit.errors import ServiceFailed, ToolkitError, UsageError
from diffusion_toolkit.formats.limits import LONGEST_CAPTION
from diffusion_toolkit.integrations.openai_server import ServerUnusable
from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import model_captions
from diffusion_toolkit.store.enrichment_texts import TextNeed
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.model_captions import ModelCaption
from diffusion_toolkit.store.proposals import ProposalDraft

NAME: Final = "caption"
BATCHES_AHEAD: Final = 4
"""Pictures of one batch for each that is asked about at the same time: the last ones of a batch wait for nobody."""

LARGEST_BATCH: Final = 64
TRIED: Final = 5
"""Pictures of a trial: the first one pays for loading the model, the others are asked about together."""

MOST_UNANSWERED: Final = 20
"""Pictures in a row; then the server, not a picture, is at fault."""

_TEXTS: Final = ("type", "length", "person", "own", "instruction", "system", "mode", "provider", "model")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCaption:
    """A picture on its way. existing: the caption that counts now, "" for none."""

    question: Question
    existing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """What came of it. text: the caption in the end; written: what the model wrote of it."""

    text: str
    written: Written
    existing: str
    instruction: str


class CaptionStage:
    """One writer of captions at work, with one instruction."""

    name = NAME
    texts: tuple[TextNeed, ...] = ("caption",)

    def __init__(self, provider: CaptionProvider, options: Options) -> None:
        self.provider = provider
        self._instruction = str(options["instruction"])
        self._system = str(options["system"])
        self._mode: CaptionMode = checked_mode(str(options["mode"]))
        self._over_people = bool(options["over_people"])
        self._sampling = _sampling(options)
        self._unanswered = 0
        self.form = provider.form
        self.version = version(provider, options)
        self.pixels: PixelNeed | None = self.form.need
        self.device = provider.device
        self.notices: tuple[str, ...] = ()
        self.fixed_batch: int | None = max(provider.parallel, min(BATCHES_AHEAD * provider.parallel, LARGEST_BATCH))

    def prepare(self, given: Given) -> ToCaption:
        """What is asked about one picture."""
        assert given.pixels is not None
        existing = given.texts.get("caption", "")
        question = Question(
            picture=data_url(given.pixels, self.form),
            instruction=asked_in(self._mode, self._instruction, existing),
            system=self._system,
            sampling=self._sampling,
        )
        return ToCaption(question=question, existing=existing)

    def infer(self, batch: Sequence[ToCaption]) -> list[Captioned | ItemFailed]:
        """Captions, several at a time. Raises StageFailed, and ModelDied when the model ended with several pictures."""
        answers = write_all(self.provider, [each.question for each in batch])
        return [self._outcome(each, answer, len(batch)) for each, answer in zip(batch, answers, strict=True)]

    def write(self, connection: Connection, rows: Sequence[tuple[int, Captioned]]) -> None:
        """Keep the captions; images that people captioned are passed over unless the run was asked to replace that."""
        kept = [self._kept(image_id, result) for image_id, result in rows]
        model_captions.add(connection, kept, over_people=self._over_people)

    def proposal(self, result: Captioned) -> ProposalDraft:
        """The caption, to be asked about. base: the one it was made from, which may have changed since."""
        written = result.written
        return ProposalDraft(
            kind="caption",
            source=self.provider.model,
            model_version=self.version,
            payload={
                "text": result.text,
                "model_text": written.text,
                "base": result.existing,
                "source": self.provider.name,
                "model": written.model or self.provider.model,
                "instruction": result.instruction,
                "mode": self._mode,
                "tokens": written.tokens,
                "seconds": round(written.seconds, 3),
                "over_people": self._over_people,
            },
        )

    def close(self) -> None:
        """The writer stays open for who comes next, and lets a model go when it was idle for a while."""

    def _outcome(self, asked: ToCaption, answer: Written | ToolkitError, together: int) -> Captioned | ItemFailed:
        if isinstance(answer, Written):
            self._unanswered = 0
            text = merged(self._mode, asked.existing, answer.text)
            if len(text) > LONGEST_CAPTION:
                return ItemFailed(f"The caption has more than {LONGEST_CAPTION:,} characters.", "answer")
            return Captioned(text=text, written=answer, existing=asked.existing, instruction=asked.question.instruction)
        if isinstance(answer, ModelDied):
            if together > 1:
                raise answer  # the engine finds the picture by halves
            return ItemFailed(str(answer), "process")
        if isinstance(answer, ServerUnusable) or not isinstance(answer, ServiceFailed):
            raise StageFailed(str(answer)) from answer
        if not isinstance(answer, NothingWritten):
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED:
                raise StageFailed(f"{MOST_UNANSWERED} pictures in a row got no answer. {answer}") from answer
        return ItemFailed(str(answer), "answer")

    def _kept(self, image_id: int, result: Captioned) -> ModelCaption:
        return ModelCaption(
            image_id=image_id,
            text=result.text,
            source=self.provider.name,
            model=result.written.model or self.provider.model,
            instruction=result.instruction,
            mode=self._mode,
            tokens=result.written.tokens,
            seconds=result.written.seconds,
        )


def check(options: Options) -> dict[str, JsonValue]:
    """instruction: what is asked, or type, length, wishes, person, own, of which it is made; provider: joycaption or
    server; model: "" as the settings say; mode: overwrite, append, refine; over_people: also where a person wrote the
    caption; system, temperature, top_p, max_tokens: how the model is asked.
    """
    known = {*_TEXTS, "wishes", "over_people", "temperature", "top_p", "max_tokens"}
    if unknown := set(options) - known:
        raise UsageError(f"Captions have no option {', '.join(sorted(unknown))}.")
    if wrong := [name for name in _TEXTS if not isinstance(options.get(name, ""), str)]:
        raise UsageError(f"{wrong[0]} is a text.")
    usual = Sampling()
    max_tokens = _number(options, "max_tokens", usual.max_tokens, 1, 8192)
    return {
        "provider": checked_provider(str(options.get("provider") or "joycaption")),
        "model": str(options.get("model", ""))[:300],
        "instruction": _instruction(options),
        "system": str(options.get("system", SYSTEM_TEXT))[:LONGEST_CAPTION],
        "mode": checked_mode(str(options.get("mode") or "overwrite")),
        "over_people": bool(options.get("over_people", False)),
        "temperature": _number(options, "temperature", usual.temperature, 0, 2),
        "top_p": _number(options, "top_p", usual.top_p, 0, 1),
        "max_tokens": int(max_tokens),
    }


def plan(options: Options, context: StageContext) -> tuple[StagePlan, ...]:
    """The one stage of these options. Raises NotFound for a model that is not here, ServiceFailed."""
    provider = _opened(options, context)
    pace = f"{NAME} by {provider.name} {provider.version}"
    return (StagePlan(name=NAME, version=version(provider, options), texts=CaptionStage.texts, pace=pace),)


def open_stages(options: Options, context: StageContext) -> tuple[CaptionStage, ...]:
    """Get a writer ready; a model on this machine is loaded with the first picture."""
    provider = _opened(options, context)
    provider.check_ready()
    return (CaptionStage(provider, options),)


def leave_out(connection: Connection, options: Options, image_ids: NDArray[np.integer]) -> NDArray[np.integer]:
    """The images without those that people captioned: nothing is asked that would not be kept."""
    if options["over_people"]:
        return image_ids
    return image_ids[~np.isin(image_ids, model_captions.by_people(connection, image_ids))]


def version(provider: CaptionProvider, options: Options) -> str:
    """Of model and question: another one may give another caption."""
    asked = {key: value for key, value in options.items() if key not in ("provider", "model", "over_people")}
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]
    return f"{provider.name} {provider.version}; {options['mode']} {digest}"


def _opened(options: Options, context: StageContext) -> CaptionProvider:
    """The writer; the entrance gives under this stage's name how it is reached."""
    reached = context.given.get(NAME)
    assert isinstance(reached, CaptionOptions)
    provider = checked_provider(str(options["provider"]))
    return shared_writers().open(reached, context.models_folder, provider, str(options["model"]))


def _instruction(options: Options) -> str:
    if given := options.get("instruction"):
        return checked_text(str(given))
    wishes = options.get("wishes") or []
    if not isinstance(wishes, list):
        raise UsageError("wishes is a list of names.")
    asked = Asked(
        type=str(options.get("type") or DEFAULT_TYPE),
        length=str(options.get("length") or DEFAULT_LENGTH),
        wishes=tuple(map(str, wishes)),
        person=str(options.get("person", "")),
        own=str(options.get("own", "")),
    )
    return worded(asked)


def _sampling(options: Options) -> Sampling:
    return Sampling(
        temperature=_number(options, "temperature", 0, 0, 2),
        top_p=_number(options, "top_p", 1, 0, 1),
        max_tokens=int(_number(options, "max_tokens", 1, 1, 8192)),
    )


def _number(options: Options, name: str, usual: float, least: float, most: float) -> float:
    value = options.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UsageError(f"{name} is a number from {least:g} to {most:g}.")
    return float(value)


def trial(options: Options) -> int:
    """Pictures on which a model of this machine is tried; a server may take money for each."""
    return TRIED if options["provider"] == "joycaption" else 0


KIND: Final = StageKind(name=NAME, check=check, plan=plan, open=open_stages, leave_out=leave_out, trial=trial)
