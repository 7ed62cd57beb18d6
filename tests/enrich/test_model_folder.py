"""Files placed by hand: what each is, whatever it is called; and what is wrong with the others."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from onnx.external_data_helper import convert_model_to_external_data

from diffusion_toolkit.enrich.models.catalogue import CONTRACTS, MODELS, described
from diffusion_toolkit.enrich.models.description import NETWORK, ModelDescription
from diffusion_toolkit.enrich.models.digests import sha256_of
from diffusion_toolkit.enrich.models.folder import FoundModels, look_through
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.progress import Progress
from enrich import networks


def look(folder: Path, models: tuple[ModelDescription, ...] = MODELS) -> tuple[FoundModels, list[Progress]]:
    work = look_through(folder, models, CONTRACTS)
    seen: list[Progress] = []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as end:
            return end.value, seen


def with_sha256(name: str, sha256: str) -> ModelDescription:
    """A model of the catalogue as if this were its network."""
    model = described(name)
    files = tuple(replace(file, sha256=sha256) if file.role == NETWORK else file for file in model.files)
    return replace(model, files=files)


def test_the_catalogue_is_whole() -> None:
    taggers = [model for model in MODELS if model.contract.task == "tags"]
    names = [model.name for model in taggers]
    assert names == ["joytag", "wd-vit-large-v3", "wd-eva02-large-v3", "wd-swinv2-v3", "wd-convnext-v3", "wd-vit-v3"]
    for model in taggers:
        assert len(model.revision) == 40
        assert model.size_bytes > 300_000_000
        assert model.licence == "Apache-2.0"
        assert {file.role for file in model.files} == {"network", "labels"}
        for file in model.files:
            assert file.sha256 is not None
            assert len(file.sha256) == 64
            assert int(file.sha256, 16) > 0
        assert 0 < model.suggested["general"] < 1
    assert len({model.network.sha256 for model in MODELS}) == len(MODELS)
    assert described("SmilingWolf/wd-vit-large-tagger-v3") is described("WD-ViT-Large-v3")
    with pytest.raises(NotFound, match="joytag"):
        described("clip")


def test_a_network_is_known_by_its_hash_whatever_it_is_called(tmp_path: Path) -> None:
    path = networks.wd_network(tmp_path / "my models" / "wdV3LargeModel.onnx")
    networks.wd_label_file(tmp_path / "my models" / "wdV3LargeTags.csv")
    model = with_sha256("wd-eva02-large-v3", sha256_of(path))
    (installed,) = look(tmp_path, (model,))[0].installed
    assert (installed.name, installed.recognised, installed.description) == ("wd-eva02-large-v3", "hash", model)
    assert installed.companion("labels").name == "wdV3LargeTags.csv"
    assert installed.version.startswith(installed.sha256[:16])


def test_a_network_is_known_by_what_it_takes_and_gives(tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "x")
    networks.place_wd(tmp_path / "y")
    networks.place_wd(tmp_path / "wd-swinv2-tagger-v3", seed=8)
    found, _ = look(tmp_path)
    assert {model.name: model.description and model.description.name for model in found.installed} == {
        "joytag:model": "joytag",
        "wd-v3:model": None,
        "wd-swinv2-v3:model": "wd-swinv2-v3",
    }
    assert {model.recognised for model in found.installed} == {"shape"}
    assert found.model("joytag").name == "joytag:model"
    assert found.model("WD-SwinV2-v3").name == "wd-swinv2-v3:model"
    with pytest.raises(NotFound):
        found.model("wd-vit")


def test_variants_of_a_model_have_names_of_their_own_and_copies_do_not_count(tmp_path: Path) -> None:
    original = networks.place_joytag(tmp_path / "joytag")
    networks.joytag_network(tmp_path / "joytag" / "model-fp16.onnx", seed=9)
    networks.joytag_network(tmp_path / "other" / "model.onnx", seed=10)
    networks.joytag_label_file(tmp_path / "other" / "model.txt")
    networks.place_joytag(tmp_path / "copy of it")
    found, _ = look(tmp_path, (with_sha256("joytag", sha256_of(original)),))
    assert [model.name for model in found.installed] == ["joytag", "joytag:model-fp16", "joytag:model"]
    assert found.unknown == ()
    networks.joytag_network(tmp_path / "third" / "model.onnx", seed=11)
    networks.joytag_label_file(tmp_path / "third" / "tags.txt")
    assert [model.name for model in look(tmp_path)[0].installed][-1] == "joytag:third/model"


def test_what_cannot_be_used_says_why(tmp_path: Path) -> None:
    networks.wd_network(tmp_path / "alone" / "model.onnx")
    networks.joytag_network(tmp_path / "short" / "model.onnx", seed=4)
    networks.joytag_label_file(tmp_path / "short" / "top_tags.txt", count=100)
    networks.joytag_network(tmp_path / "foreign" / "model.onnx", labels=77)
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "model.onnx").write_bytes(pickle.dumps({"weights": [1]}))
    (tmp_path / "pickled" / "model.pt").write_bytes(pickle.dumps({"weights": [1]}))
    found, _ = look(tmp_path)
    reasons = {file.path.parent.name: file.reason for file in found.unknown}
    assert found.installed == ()
    assert "selected_tags.csv" in reasons["alone"]
    assert "top_tags.txt" in reasons["short"]
    assert "?×3×448×448" in reasons["foreign"]
    assert "not a network in ONNX form" in reasons["pickled"]


def test_weights_in_a_file_beside_it_belong_to_it(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd")
    path = tmp_path / "wd" / "model.onnx"
    model = networks.load(path)
    convert_model_to_external_data(model, location="model.onnx_data", size_threshold=1024)
    path.unlink()
    networks.save(model, path)
    (installed,) = look(tmp_path)[0].installed
    assert installed.size_bytes == path.stat().st_size + (tmp_path / "wd" / "model.onnx_data").stat().st_size
    (tmp_path / "wd" / "model.onnx_data").write_bytes(b"other weights")
    assert look(tmp_path)[0].installed[0].sha256 != installed.sha256
    (tmp_path / "wd" / "model.onnx_data").unlink()
    assert "model.onnx_data" in look(tmp_path)[0].unknown[0].reason


def test_weights_are_never_looked_for_elsewhere(tmp_path: Path) -> None:
    networks.place_wd(tmp_path / "wd")
    model = networks.load(tmp_path / "wd" / "model.onnx")
    convert_model_to_external_data(model, location="secret", size_threshold=1024)
    networks.save(model, tmp_path / "wd" / "model.onnx")
    path = tmp_path / "wd" / "model.onnx"
    (tmp_path / "wd" / "secret").rename(tmp_path / "secrets")
    path.write_bytes(path.read_bytes().replace(b"secret", b"../etc"))
    os.rename(tmp_path / "secrets", tmp_path / "etc")
    assert "../etc" in look(tmp_path)[0].unknown[0].reason


def test_files_are_hashed_once(tmp_path: Path) -> None:
    path = networks.place_wd(tmp_path / "wd")
    assert [progress.stage for progress in look(tmp_path)[1]][-1:] == ["hashes"]
    assert look(tmp_path)[1] == []
    before = look(tmp_path)[0].installed[0].sha256
    networks.wd_network(path, seed=99)
    assert look(tmp_path)[0].installed[0].sha256 == sha256_of(path) != before
    (tmp_path / ".digests.json").write_text("[broken")
    assert look(tmp_path)[0].installed[0].sha256 == sha256_of(path)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    found, _ = look(tmp_path / "none")
    assert (found.installed, found.unknown) == ((), ())


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    networks.place_joytag(tmp_path / "elsewhere")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "models" / "loop").symlink_to(tmp_path / "models")
    assert [model.name for model in look(tmp_path / "models")[0].installed] == ["joytag:model"]
