"""Names that may stand in a query without quotes although they hold blanks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from diffusion_toolkit.query.fields import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """Names of the user's library, in lower case; they come on top of the ones every generator has."""

    samplers: frozenset[str] = frozenset()
    schedulers: frozenset[str] = frozenset()
    generators: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    loras: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    albums: frozenset[str] = frozenset()


_SCHEDULES = ("karras", "exponential", "polyexponential", "sgm uniform", "simple", "normal", "ddim uniform", "beta")
_SAMPLERS = (
    "euler", "euler a", "euler ancestral", "lms", "heun", "heun++ 2", "dpm2", "dpm2 a", "dpm 2", "dpm 2 a",
    "dpm 2 ancestral", "dpm fast", "dpm adaptive", "dpm++ 2s a", "dpm++ 2s ancestral", "dpm++ 2m", "dpm++ sde",
    "dpm++ 2m sde", "dpm++ 2m sde heun", "dpm++ 3m sde", "ddim", "ddim cfg++", "plms", "unipc", "uni pc", "uni pc bh2",
    "lcm", "ddpm", "restart", "res multistep", "er sde", "gradient estimation", "seeds 2", "seeds 3", "euler smea",
    "euler smea dy", "euler a dy", "euler dy", "euler cfg++", "euler a cfg++", "ipndm", "ipndm v", "deis", "k euler",
    "k euler ancestral", "k dpmpp 2m", "k dpmpp 2m sde", "k dpmpp sde", "k dpmpp 2s ancestral", "k dpm 2",
    "k dpm 2 ancestral", "k lms", "k heun", "dpm solver", "dpm solver++",
)  # fmt: skip

SCHEDULERS = frozenset(
    (*_SCHEDULES, "uniform", "automatic", "align your steps", "align your steps gits", "align your steps 11",
     "align your steps 32", "kl optimal", "linear quadratic", "turbo", "cosine", "lcm", "trailing", "bong tangent")
)  # fmt: skip
SAMPLERS = frozenset((*_SAMPLERS, *(f"{sampler} {schedule}" for sampler in _SAMPLERS for schedule in _SCHEDULES)))

_BUILT_IN: Mapping[str, frozenset[str]] = {"samplers": SAMPLERS, "schedulers": SCHEDULERS}
_LONGEST_NAME = 200
_END = re.compile(r"[\s,|)<>=≥≤≠]|\Z")


def longest_known(kind: Known | None, query: str, start: int, stop: int, names: KnownNames | None) -> int:
    """Where the longest known name that stands at `start` ends; `start` itself when none does."""
    if kind is None:
        return start
    built_in = _BUILT_IN.get(kind, frozenset())
    own: frozenset[str] = getattr(names, kind) if names else frozenset()
    end = start
    if not own and not built_in:
        return end
    lowered = query[start : min(stop, start + _LONGEST_NAME)].lower()
    for found in _END.finditer(lowered):
        name = lowered[: found.start()].rstrip()
        if name in own or name in built_in:
            end = start + len(name)
    return end
