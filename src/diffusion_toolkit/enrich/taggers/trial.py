"""Runs a tagger once, to see whether it works here: the weights cannot be looked at, but what they give can."""

import time
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.runtimes.onnx import RuntimeOptions
from diffusion_toolkit.enrich.taggers.pixels import Pixels
from diffusion_toolkit.enrich.taggers.tagger import open_tagger
from diffusion_toolkit.errors import UnreadableFile

AGREEMENT: Final = 1e-3
"""How far the same picture may differ in two batches: the last digits of float32, of half precision a little more."""


def trial(model: InstalledModel, options: RuntimeOptions | None = None) -> str:
    """Run a tagger on one picture alone and on two together; how it went.

    Raises UnreadableFile when what it gives depends on the batch or is no probability, and what `open_tagger` raises.
    """
    tagger = open_tagger(model, options or RuntimeOptions())
    picture = tagger.prepare(_sample())
    started = time.perf_counter()
    alone = tagger.probabilities(np.stack([picture]))[0]
    seconds = time.perf_counter() - started
    other = tagger.prepare(255 - _sample())
    together = tagger.probabilities(np.stack([picture, other]))
    if alone.min() < 0 or alone.max() > 1:
        raise UnreadableFile("What it gives are no probabilities.")
    if float(np.abs(together[0] - alone).max()) > AGREEMENT:
        raise UnreadableFile("What it gives for a picture depends on the others in its batch.")
    text = f"It runs on {tagger.device}: {seconds * 1000:,.0f} ms for the first picture."
    return f"{text} {tagger.notice}" if tagger.notice else text


def _sample() -> Pixels:
    """A picture that is not square and of many colours: (384, 512, 3)."""
    rows, columns = np.mgrid[0:384, 0:512]
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)
