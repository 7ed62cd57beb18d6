"""Runs any model once, whatever it is for, to see whether it works here."""

from diffusion_toolkit.enrich.captions.local.trial import trial as try_captions
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.taggers.trial import trial as try_tags


def trial(model: InstalledModel) -> str:
    """Run a model once; how it went. Raises ToolkitError when it does not work."""
    return try_captions(model) if model.contract.task == "captions" else try_tags(model)
