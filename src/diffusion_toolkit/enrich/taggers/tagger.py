"""A tagger that is ready for work: network, labels, and the way between pixels and tags."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.models.description import LABELS, TensorSpec
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.enrich.runtimes.onnx import NetworkFailed, OnnxNetwork, RuntimeOptions, as_element, open_network
from diffusion_toolkit.enrich.taggers.family import Numbers, TaggerFamily
from diffusion_toolkit.enrich.taggers.labels import Label
from diffusion_toolkit.enrich.taggers.pixels import Pixels
from diffusion_toolkit.enrich.taggers.registry import family_of
from diffusion_toolkit.enrich.taggers.tags import RATINGS, ImageTags, Rating, Tag
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds
from diffusion_toolkit.errors import UnreadableFile

_RATING: Final = "rating"


class Tagger:
    """Says what is on pictures. May be used from several threads: `prepare` on any, `probabilities` on the device's.

    device, notice: what the network runs on, and a sentence where that is not what was to be expected;
    suggested: the thresholds that its card recommends.
    """

    def __init__(
        self,
        family: TaggerFamily,
        network: OnnxNetwork,
        labels: Sequence[Label],
        *,
        source: str,
        version: str,
        suggested: Mapping[str, float] | None = None,
    ) -> None:
        """Raises UnreadableFile when network, labels and family do not belong together."""
        self.family = family
        self.labels = tuple(labels)
        self.source = source
        self.version = version
        self.suggested = Thresholds(by_category=suggested or family.thresholds)
        self.device = network.device
        self.notice = network.notice
        self._network = network
        if not family.contract.fits(network.inputs, network.outputs):
            raise UnreadableFile(f"The network does not take or give what {family.contract.name} does.")
        self._input = network.inputs[0]
        self._output = _output_of(family.contract.outputs[0], network)
        if len(self.labels) != self._output.shape[-1]:
            raise UnreadableFile(f"{len(self.labels):,} labels for {self._output.shape[-1]:,} outputs.")
        categories = np.array([label.category for label in self.labels])
        self._places = {str(name): np.flatnonzero(categories == name) for name in dict.fromkeys(categories.tolist())}

    @property
    def batch_size(self) -> int | None:
        """How many pictures the network takes at once, when its export fixed that; None = any number."""
        return self._input.shape[0]

    def prepare(self, pixels: Pixels) -> Numbers:
        """From decoded pixels, (height, width, 3 or 4), 0 to 255, to the input of one picture."""
        return self.family.prepare(pixels)

    def probabilities(self, batch: Numbers) -> Numbers:
        """Of each label on each picture: from (pictures, …) as prepared to (pictures, labels), 0 to 1.

        What a picture gets does not depend on the batch it is in, but for the last digits of the arithmetic. Raises
        OutOfMemory and NetworkFailed.
        """
        size = self.batch_size or max(len(batch), 1)
        parts = [self._run(batch[start : start + size], size) for start in range(0, len(batch), size)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.labels)), np.float32)

    def tags(self, probabilities: Numbers, thresholds: Thresholds) -> ImageTags:
        """The tags of one picture, from its row of probabilities: (labels,). The rating is apart from them."""
        found: list[Tag] = []
        for category, places in self._places.items():
            if category == _RATING:
                continue
            values = probabilities[places]
            above = places[values > thresholds.of(category, values)]
            found += [self._tag(place, float(probabilities[place])) for place in above.tolist()]
        found.sort(key=lambda tag: -tag.confidence)
        return ImageTags(
            source=self.source, version=self.version, tags=tuple(found), rating=self._rating(probabilities)
        )

    def _tag(self, place: int, confidence: float) -> Tag:
        label = self.labels[place]
        return Tag(label.name, label.category, confidence)

    def _run(self, batch: Numbers, size: int) -> Numbers:
        """Run one batch, filled up to the size that the export fixed."""
        full = batch
        if len(batch) < size:
            full = np.concatenate([batch, np.zeros((size - len(batch), *batch.shape[1:]), batch.dtype)])
        (outputs,) = self._network.run({self._input.name: as_element(full, self._input.element)}, [self._output.name])
        found = self.family.probabilities(outputs[: len(batch)].astype(np.float32, copy=False))
        if not np.isfinite(found).all():
            raise NetworkFailed(
                "The network gave numbers that are none (NaN); half precision may be too little for it."
            )
        return found

    def _rating(self, probabilities: Numbers) -> Rating | None:
        places = self._places.get(_RATING)
        if places is None:
            return None
        named = {self.labels[i].name: float(probabilities[i]) for i in places.tolist()}
        return Rating(probabilities={name: named[name] for name in RATINGS if name in named} or named)


def open_tagger(installed: InstalledModel, options: RuntimeOptions) -> Tagger:
    """Load a tagger from its files. Raises UnreadableFile, UsageError when the model is no tagger, NotInstalled."""
    family = family_of(installed.contract)
    labels = family.read_labels(Path(installed.companion(LABELS)).read_bytes())
    network = open_network(installed.network, options)
    suggested = installed.description.suggested if installed.description else None
    return Tagger(family, network, labels, source=installed.name, version=installed.version, suggested=suggested)


def _output_of(wanted: TensorSpec, network: OnnxNetwork) -> TensorSpec:
    """The output that is meant: some exports give embeddings too."""
    return next(spec for spec in network.outputs if wanted.accepts(spec))
