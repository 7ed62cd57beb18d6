"""Taggers from pixels to tags, on tiny networks with the doors of the real ones, worked out a second time in NumPy."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.enrich.runtimes import onnx as runtime
from diffusion_toolkit.enrich.runtimes.onnx import NetworkFailed, OutOfMemory, RuntimeOptions, available_devices
from diffusion_toolkit.enrich.taggers import joytag, wd_v3
from diffusion_toolkit.enrich.taggers.labels import read_selected_tags
from diffusion_toolkit.enrich.taggers.tagger import Tagger, open_tagger
from diffusion_toolkit.enrich.taggers.tags import combined
from diffusion_toolkit.enrich.taggers.thresholds import Thresholds
from diffusion_toolkit.enrich.taggers.together import tag_pictures
from diffusion_toolkit.enrich.taggers.trial import trial
from diffusion_toolkit.errors import NotInstalled, UnreadableFile, UsageError
from enrich import networks
from enrich.test_preprocessing import picture

CPU = RuntimeOptions(device="cpu")


def found(folder: Path) -> FoundModels:
    """What lies in the folder."""
    work = look_through(folder, MODELS, CONTRACTS)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def tagger(folder: Path, name: str) -> Tagger:
    return open_tagger(found(folder).model(name), CPU)


def quarters(planes: NDArray[Any]) -> NDArray[Any]:
    """Means of the quarters of (channels, 448, 448), as the tiny networks take them."""
    return planes.astype(np.float64).reshape(len(planes), 2, 224, 2, 224).mean(axis=(2, 4)).reshape(-1)


def expected_wd(pixels: NDArray[np.uint8], seed: int) -> NDArray[Any]:
    matrix, bias = networks.weights(networks.WD_LABELS, seed)
    return 1 / (1 + np.exp(-(quarters(wd_v3.prepare(pixels).transpose(2, 0, 1)) @ matrix / 255 + bias)))


def expected_joytag(pixels: NDArray[np.uint8], seed: int) -> NDArray[Any]:
    matrix, bias = networks.weights(networks.JOYTAG_LABELS, seed)
    return 1 / (1 + np.exp(-(quarters(joytag.prepare(pixels)) @ matrix + bias)))


def test_wd_gives_its_probabilities_as_they_are(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd", seed=3)
    loaded = tagger(tmp_path, "wd-v3:model")
    pixels = picture(600, 400)
    (row,) = loaded.probabilities(np.stack([loaded.prepare(pixels)]))
    np.testing.assert_allclose(row, expected_wd(pixels, 3), atol=1e-5)
    assert loaded.device == "cpu"
    assert loaded.notice is None


def test_an_export_without_the_sigmoid_gives_the_same(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "with", seed=3)
    networks.place_wd(tmp_path / "without", seed=3, sigmoid=False)
    pixels = picture(448, 448)
    rows: list[NDArray[Any]] = []
    for model in found(tmp_path).installed:
        loaded = open_tagger(model, CPU)
        rows.append(loaded.probabilities(np.stack([loaded.prepare(pixels)]))[0])
    assert len(rows) == 2
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_half_precision_gives_nearly_the_same(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "half", seed=3, half=True)
    loaded = tagger(tmp_path, "wd-v3:model")
    pixels = picture(448, 448)
    (row,) = loaded.probabilities(np.stack([loaded.prepare(pixels)]))
    np.testing.assert_allclose(row, expected_wd(pixels, 3), atol=1e-2)


def test_joytag_gives_sigmoids(tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "any name", seed=5)
    loaded = tagger(tmp_path, "joytag")
    pixels = picture(300, 700, 4)
    (row,) = loaded.probabilities(np.stack([loaded.prepare(pixels)]))
    np.testing.assert_allclose(row, expected_joytag(pixels, 5), atol=1e-5)


@pytest.mark.parametrize("batch", ["any", 1, 4])
def test_what_a_picture_gets_does_not_depend_on_its_batch(tmp_path: Path, batch: networks.Batch) -> None:
    networks.place_wd(tmp_path / "wd", batch=batch)
    networks.place_joytag(tmp_path / "joytag", batch=batch)
    pictures = [picture(100 + 90 * n, 700 - 80 * n, 3 + n % 2, seed=n) for n in range(7)]
    for name in ("wd-v3", "joytag"):
        loaded = tagger(tmp_path, name)
        assert loaded.batch_size == (None if batch == "any" else batch)
        inputs = np.stack([loaded.prepare(pixels) for pixels in pictures])
        alone = np.concatenate([loaded.probabilities(inputs[n : n + 1]) for n in range(7)])
        for size in (2, 3, 7):
            parts = [loaded.probabilities(inputs[start : start + size]) for start in range(0, 7, size)]
            np.testing.assert_allclose(np.concatenate(parts), alone, rtol=0, atol=1e-6)
        assert loaded.probabilities(inputs[:0]).shape == (0, len(loaded.labels))


def test_tags_are_those_above_the_threshold_of_their_category(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd")
    loaded = tagger(tmp_path, "wd-v3")
    row = np.zeros(networks.WD_LABELS, np.float32)
    names = [label.raw for label in loaded.labels]
    row[:4] = [0.1, 0.2, 0.7, 0.4]
    for name, value in {
        "long_hair": 0.36,
        "1girl": 0.99,
        "^_^": 0.35,
        "someone_7_(some_series)": 0.86,
        "someone_8_(some_series)": 0.84,
        "general_tag_3": np.float32(0.35),
    }.items():
        if name in names:
            row[names.index(name)] = value
    tags = loaded.tags(row, loaded.suggested)
    assert [(tag.name, tag.category) for tag in tags.tags] == [
        ("1girl", "general"),
        ("someone 7 (some series)", "character"),
        ("long hair", "general"),
    ]
    assert tags.tags[0].confidence == pytest.approx(0.99)
    assert tags.rating is not None
    assert (tags.rating.most_likely, list(tags.rating.probabilities)) == (
        "questionable",
        ["general", "sensitive", "questionable", "explicit"],
    )
    assert tags.source == "wd-v3:model"
    assert "wd-v3: white, square, bicubic 448, BGR, 0-255" in tags.version
    cut = loaded.tags(row, Thresholds(by_cut=True))
    assert [tag.name for tag in cut.tags if tag.category == "general"] == ["1girl"]
    assert next(tag.name for tag in cut.tags if tag.category == "character") == "someone 7 (some series)"


def test_a_model_brings_the_thresholds_of_its_card(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd-eva02-large-tagger-v3")
    networks.place_wd(tmp_path / "wd", seed=6)
    assert tagger(tmp_path, "wd-eva02-large-v3").suggested.by_category == {"general": 0.5296, "character": 0.85}
    assert tagger(tmp_path, "wd-v3").suggested.by_category == {"general": 0.35, "character": 0.85}


def test_a_value_at_the_threshold_is_no_tag(tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "joytag")
    loaded = tagger(tmp_path, "joytag")
    row = np.zeros(networks.JOYTAG_LABELS, np.float32)
    row[0], row[1] = 0.5, np.nextafter(np.float32(0.5), np.float32(1))
    tags = loaded.tags(row, Thresholds(by_category={"general": 0.5}))
    assert [tag.name for tag in tags.tags] == ["long hair"]
    assert tags.rating is None


def test_both_models_together(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd")
    networks.place_joytag(tmp_path / "joytag")
    models = found(tmp_path)
    taggers = [
        (open_tagger(models.model(name), CPU), Thresholds(by_category={"general": 0.4})) for name in ("joytag", "wd-v3")
    ]
    pictures = [picture(500, 300, seed=n) for n in range(5)]
    small, large = tag_pictures(pictures, taggers, batch_size=1), tag_pictures(pictures, taggers, batch_size=4)
    for one, other in zip(small, large, strict=True):
        assert [tags.source for tags in one] == ["joytag:model", "wd-v3:model"]
        assert [[tag.name for tag in tags.tags] for tags in one] == [[tag.name for tag in tags.tags] for tags in other]
        joined = combined(one)
        assert {tag.name for tag in joined} == {tag.name for tags in one for tag in tags.tags}
        assert [tag.confidence for tag in joined] == sorted((tag.confidence for tag in joined), reverse=True)
    hair = [tag for tag in combined(small[0]) if tag.name in ("1girl", "long hair")]
    assert all(set(tag.sources) <= {"joytag:model", "wd-v3:model"} for tag in hair)


def test_labels_that_do_not_belong_to_the_network_are_refused(tmp_path: Path) -> None:
    path = networks.place_wd(tmp_path / "wd")
    labels = read_selected_tags((path.parent / "selected_tags.csv").read_bytes())
    network = runtime.open_network(path, CPU)
    with pytest.raises(UnreadableFile, match="labels for"):
        Tagger(wd_v3.FAMILY, network, labels[:-1], source="wd", version="1")
    with pytest.raises(UnreadableFile, match="does not take or give"):
        Tagger(joytag.FAMILY, network, labels, source="joytag", version="1")


def test_a_trial_says_that_a_model_runs(tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "joytag")
    assert trial(found(tmp_path).model("joytag"), CPU).startswith("It runs on cpu: ")


class FakeSession:
    """A session that fails as ONNX Runtime does."""

    def __init__(self, error: str | None = None, providers: tuple[str, ...] = ("CPUExecutionProvider",)) -> None:
        self.error = error
        self.providers = providers

    def get_inputs(self) -> list[Any]:
        return []

    get_outputs = get_inputs

    def get_providers(self) -> list[str]:
        return list(self.providers)

    def disable_fallback(self) -> None:
        """Nothing to do."""

    def run(self, names: Any, feeds: Any) -> list[Any]:
        raise RuntimeError(self.error)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            "[ONNXRuntimeError] : 6 : BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer",
            OutOfMemory,
        ),
        ("CUDA failure 2: out of memory ; GPU=0", OutOfMemory),
        ("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input", NetworkFailed),
    ],
)
def test_failures_of_the_runtime_have_names(said: str, kind: type[Exception]) -> None:
    network = runtime.OnnxNetwork(FakeSession(said), "cuda", None)
    with pytest.raises(kind):
        network.run({}, [])


def test_a_card_that_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Runtime:
        def get_available_providers(self) -> list[str]:
            return ["CUDAExecutionProvider", "CPUExecutionProvider"]

        def SessionOptions(self) -> Any:  # noqa: N802
            return type("Options", (), {})()

        def InferenceSession(self, path: str, options: Any, providers: Any) -> FakeSession:  # noqa: N802
            assert [name for name, _ in providers][-1] == "CPUExecutionProvider"
            return FakeSession()

    monkeypatch.setattr(runtime, "_runtime", Runtime)
    network = runtime.open_network(tmp_path / "model.onnx", RuntimeOptions())
    assert network.device == "cpu"
    assert network.notice is not None
    assert "Running on the processor" in network.notice
    with pytest.raises(UsageError, match="cannot be used"):
        runtime.open_network(tmp_path / "model.onnx", RuntimeOptions(device="cuda"))
    with pytest.raises(UsageError, match="has no device"):
        runtime.open_network(tmp_path / "model.onnx", RuntimeOptions(device="directml"))


def test_without_the_runtime_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotInstalled, match=r"diffusion-toolkit\[enrich\]"):
        available_devices()


def test_what_is_no_network_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no network")
    with pytest.raises(UnreadableFile):
        runtime.open_network(tmp_path / "model.onnx", CPU)
