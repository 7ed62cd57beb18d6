"""The models that can be fetched, and the contracts that files placed by hand are recognised by.

A new model is described beside the code that uses it and has its line here.
"""

from typing import Final

from diffusion_toolkit.enrich.captions.local import joycaption
from diffusion_toolkit.enrich.models.description import Contract, ModelDescription
from diffusion_toolkit.enrich.taggers import joytag, wd_v3
from diffusion_toolkit.errors import NotFound

MODELS: Final[tuple[ModelDescription, ...]] = (*joytag.MODELS, *wd_v3.MODELS, *joycaption.MODELS)
CONTRACTS: Final[tuple[Contract, ...]] = tuple(
    dict.fromkeys([*(model.contract for model in MODELS), *joycaption.CONTRACTS])
)


def described(name: str) -> ModelDescription:
    """The model of this name, or of this repository. Raises NotFound."""
    for model in MODELS:
        if name.casefold() in (model.name, model.repository.casefold(), model.repository.rpartition("/")[2].casefold()):
            return model
    raise NotFound(f'There is no model "{name}". There are: {", ".join(model.name for model in MODELS)}.')
