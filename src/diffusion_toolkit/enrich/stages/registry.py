"""The kinds of stages there are. A new one is a file beside this and its line here."""

from typing import Final

from diffusion_toolkit.enrich.engine.stage import StageKind
from diffusion_toolkit.enrich.stages import caption, tags
from diffusion_toolkit.errors import UsageError

KINDS: Final[tuple[StageKind, ...]] = (tags.KIND, caption.KIND)


def kind_of(name: str) -> StageKind:
    """The kind of this name. Raises UsageError."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise UsageError(f'Models cannot be asked for "{name}". There are: {", ".join(kind.name for kind in KINDS)}.')
