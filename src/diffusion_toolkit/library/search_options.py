"""What a user has set about searching, beside the query itself."""

from dataclasses import dataclass, field

from diffusion_toolkit.catalog.evaluate.hiding import Hide
from diffusion_toolkit.query.options import ParseOptions
from diffusion_toolkit.query.scope import TEXT_PROPERTIES, Scope

__all__ = ["TEXT_PROPERTIES", "Hide", "ParseOptions", "Scope", "SearchOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """hide: what is left out; parse: how queries are read; scope: where their text is looked for."""

    hide: Hide = field(default_factory=Hide)
    parse: ParseOptions = field(default_factory=ParseOptions)
    scope: Scope = field(default_factory=Scope)
