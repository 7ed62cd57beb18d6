"""Models in GGUF form: known by what they say of themselves, with the projector that fits, whatever they are called."""

import struct
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gguf_bytes
from diffusion_toolkit.enrich.captions.local import joycaption
from diffusion_toolkit.enrich.captions.local.provider import find_model
from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS, described
from diffusion_toolkit.enrich.models.checking import Checked, check
from diffusion_toolkit.enrich.models.description import NETWORK, PROJECTOR, ModelDescription
from diffusion_toolkit.enrich.models.digests import sha256_of
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.enrich.models.gguf_header import read_gguf
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.errors import NotFound, UnreadableFile


def look(folder: Path, models: tuple[ModelDescription, ...] = MODELS) -> FoundModels:
    work = look_through(folder, models, CONTRACTS)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def checked(model: InstalledModel) -> Checked:
    work = check(model)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def test_the_catalogue_has_joycaption_with_its_projector() -> None:
    ours = [model for model in MODELS if model.contract.task == "captions"]
    assert [model.name for model in ours] == ["joycaption", "joycaption-q8"]
    for model in ours:
        assert {file.role for file in model.files} == {NETWORK, PROJECTOR}
        assert all(file.sha256 and len(file.sha256) == 64 and file.size_bytes for file in model.files)
        assert "Llama 3.1" in model.licence
        assert len(model.revision) == 40
    assert described("JoyCaption") is ours[0]


def test_a_file_tells_what_it_is(tmp_path: Path) -> None:
    model = read_gguf(gguf_bytes.language_model(tmp_path / "a.gguf"))
    assert (model.architecture, model.width, len(model.tokens)) == ("llama", gguf_bytes.WIDTH, 264)
    assert model.text("tokenizer.chat_template") == gguf_bytes.PLAIN_TEMPLATE
    assert model.shapes["token_embd.weight"] == (gguf_bytes.WIDTH, 264)
    eyes = read_gguf(gguf_bytes.projector(tmp_path / "b.gguf", told_width=768))
    assert (eyes.architecture, eyes.number("clip.vision.image_size")) == ("clip", 384)
    assert eyes.width == gguf_bytes.WIDTH  # the weights, not what an older converter wrote


def test_model_and_projector_find_each_other_whatever_they_are_called(tmp_path: Path) -> None:
    gguf_bytes.joycaption(tmp_path / "my models")
    gguf_bytes.projector(tmp_path / "my models" / "tongue-of-another.gguf", width=64)
    found = look(tmp_path)
    (model,) = found.installed
    assert found.unknown == ()
    assert (model.name, model.contract, model.recognised) == ("joycaption:tongue", joycaption.CONTRACT, "shape")
    assert model.companion(PROJECTOR).name == "eyes.gguf"
    assert found.model("joycaption") is model
    assert find_model(tmp_path, "joycaption") == model
    assert "384x384" in model.version


def test_a_file_of_the_catalogue_is_known_by_its_digest(tmp_path: Path) -> None:
    path = gguf_bytes.joycaption(tmp_path)
    model = described("joycaption-q8")
    files = tuple(replace(file, sha256=sha256_of(path)) if file.role == NETWORK else file for file in model.files)
    (installed,) = look(tmp_path, (replace(model, files=files),)).installed
    assert (installed.name, installed.recognised) == ("joycaption-q8", "hash")


def test_another_model_that_reads_pictures_is_usable_too(tmp_path: Path) -> None:
    gguf_bytes.language_model(tmp_path / "a" / "other.gguf", reserved=False)
    gguf_bytes.projector(tmp_path / "a" / "mmproj.gguf")
    gguf_bytes.language_model(tmp_path / "b" / "small.gguf")
    gguf_bytes.projector(tmp_path / "b" / "mmproj.gguf", side=224, seed=3)
    names = {model.name for model in look(tmp_path).installed}
    assert names == {"vision-language:other", "vision-language:small"}
    assert find_model(tmp_path, "vision-language:small").network.stem == "small"
    assert find_model(tmp_path, "joycaption").contract == joycaption.ANY_READER  # nothing better is here
    with pytest.raises(NotFound, match="vision-language:other"):
        find_model(tmp_path, "llava")


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="dtk models pull joycaption"):
        find_model(tmp_path, "joycaption")
    gguf_bytes.language_model(tmp_path / "alone" / "alone.gguf")
    gguf_bytes.projector(tmp_path / "alone" / "wide.gguf", width=64)
    gguf_bytes.language_model(tmp_path / "mute" / "mute.gguf", template="", reserved=False)
    gguf_bytes.projector(tmp_path / "mute" / "eyes.gguf")
    (tmp_path / "junk.gguf").write_bytes(b"GGUF" + b"\xff" * 100)
    (tmp_path / "empty.gguf").touch()
    found = look(tmp_path)
    assert found.installed == ()
    reasons = {file.path.name: file.reason for file in found.unknown}
    assert reasons.keys() == {"alone.gguf", "mute.gguf", "junk.gguf", "empty.gguf"}
    assert "no projector" in reasons["alone.gguf"]
    assert "No model of ours" in reasons["mute.gguf"]
    assert "cut off" in reasons["junk.gguf"]
    assert "cut off" in reasons["empty.gguf"]


def test_a_check_sees_damage(tmp_path: Path) -> None:
    path = gguf_bytes.joycaption(tmp_path)
    (model,) = look(tmp_path).installed
    assert checked(model).problems == ()
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert "changed" in checked(model).problems[0]
    gguf_bytes.projector(tmp_path / "eyes.gguf", side=224)
    assert any("not built as joycaption" in problem for problem in checked(model).problems)


HEADER = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGML" + bytes(20),
        b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 40),
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 40, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"t" + struct.pack("<I", 99),
        HEADER,
        HEADER + struct.pack("<I", 77),
        HEADER + struct.pack("<IQ", 8, 1 << 60),
        HEADER + struct.pack("<IIQ", 9, 8, 1 << 60),
        HEADER + struct.pack("<IIQ", 9, 9, 1),
        HEADER + struct.pack("<IIQ", 9, 8, 1000) + struct.pack("<Q", 0) * 10,
    ],
)
def test_a_hostile_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="GGUF"):
        read_gguf(path)


@settings(deadline=None)  # it reads and writes a file
@given(place=st.integers(0, 3000), change=st.binary(min_size=1, max_size=8), cut=st.integers(0, 3000))
def test_any_damage_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: bytes, cut: int
) -> None:
    whole = _whole(tmp_path_factory)
    damaged = bytearray(whole)
    damaged[place : place + len(change)] = change
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    path.write_bytes(bytes(damaged[: len(damaged) - cut]))
    with suppress(UnreadableFile):
        read_gguf(path)


_made: list[bytes] = []


def _whole(factory: pytest.TempPathFactory) -> bytes:
    if not _made:
        path = gguf_bytes.projector(factory.mktemp("gguf") / "x.gguf")
        _made.append(path.read_bytes()[:8000])
    return _made[0]
