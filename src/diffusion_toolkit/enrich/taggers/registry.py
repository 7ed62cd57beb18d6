"""The families of taggers there are. A new one is a file beside these and its line here."""

from typing import Final

from diffusion_toolkit.enrich.models.description import Contract
from diffusion_toolkit.enrich.taggers import joytag, wd_v3
from diffusion_toolkit.enrich.taggers.family import TaggerFamily
from diffusion_toolkit.errors import UsageError

FAMILIES: Final[tuple[TaggerFamily, ...]] = (joytag.FAMILY, wd_v3.FAMILY)


def family_of(contract: Contract) -> TaggerFamily:
    """The family that speaks a contract. Raises UsageError when the model is no tagger."""
    for family in FAMILIES:
        if family.contract == contract:
            return family
    raise UsageError(f'"{contract.name}" is no tagger.')
