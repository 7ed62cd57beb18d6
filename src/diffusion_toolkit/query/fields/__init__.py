"""The fields a query may name: each declares itself once, in the file of its subject; docs, completion and evaluation
follow this table."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from diffusion_toolkit.query.fields import curation, files, organising, recipe, resources, workflow
from diffusion_toolkit.query.fields.field import Field, Kind, Known

__all__ = ["FIELDS", "Field", "Kind", "Known", "field_named", "field_names"]

_DECLARED = (
    *recipe.DECLARED,
    *resources.DECLARED,
    *curation.DECLARED,
    *organising.DECLARED,
    *files.DECLARED,
    *workflow.DECLARED,
)

FIELDS: Mapping[str, Field] = MappingProxyType({declared.name: declared for declared in _DECLARED})
"""All fields by their canonical names."""

_SEPARATOR = re.compile(r"[ _-]+")
_BY_NAME = {name.replace("_", " "): declared for declared in _DECLARED for name in (declared.name, *declared.aliases)}


def field_named(name: str) -> Field | None:
    """The field of a name or alias as typed, in any case, with blanks, underscores or hyphens."""
    return _BY_NAME.get(_SEPARATOR.sub(" ", name.strip().lower()))


def field_names() -> tuple[str, ...]:
    """Every name and alias, as they are offered for a misspelt one."""
    return tuple(_BY_NAME)
