"""`dtk models`: list, pull and check, on a hub of this machine and on files placed by hand."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from diffusion_toolkit.cli.main import run
from diffusion_toolkit.enrich.models import catalogue
from diffusion_toolkit.enrich.models.digests import sha256_of
from enrich import networks
from enrich.hub_server import Served, serving

Dtk = Callable[..., tuple[int, Any]]


@pytest.fixture
def dtk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Dtk:
    """Runs a command with --json; needs no database. No other machine is asked."""
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DTK_MODELS__ENDPOINT", "http://127.0.0.1:1")

    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        code = run([*map(str, arguments), "--json"])
        return code, orjson.loads(capfdbinary.readouterr().out)

    return call


def test_an_empty_folder_lists_the_catalogue(dtk: Dtk, tmp_path: Path) -> None:
    code, found = dtk("models", "list")
    assert code == 0
    assert found["folder"] == str(tmp_path / "data" / "models")
    assert (found["others"], found["unknown"]) == ([], [])
    names = [model["name"] for model in found["models"]]
    assert names == [model.name for model in catalogue.MODELS]
    large = found["models"][names.index("wd-vit-large-v3")]
    assert large["licence"] == "Apache-2.0"
    assert large["inputs"] == [{"name": "input", "element": "float32", "shape": [None, 448, 448, 3]}]
    assert large["outputs"][0]["shape"] == [None, 10_861]
    assert large["installed"] == []


def test_files_placed_by_hand_are_listed_and_checked(dtk: Dtk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTK_MODELS__FOLDER", str(tmp_path / "my models"))
    networks.place_joytag(tmp_path / "my models" / "tagger")
    networks.place_wd(tmp_path / "my models" / "wd")
    networks.wd_network(tmp_path / "my models" / "alone" / "model.onnx", seed=7)
    _, found = dtk("models", "list")
    joytag = next(model for model in found["models"] if model["name"] == "joytag")
    assert [model["name"] for model in joytag["installed"]] == ["joytag:model"]
    assert [model["name"] for model in found["others"]] == ["wd-v3:model"]
    assert "selected_tags.csv" in found["unknown"][0]["reason"]
    code, checked = dtk("models", "check")
    assert (code, [each["works"] for each in checked]) == (0, [True, True])
    assert any(note.startswith("It runs on ") for note in checked[0]["notes"])
    code, checked = dtk("models", "check", "joytag", "--no-run")
    assert not any("runs on" in note for note in checked[0]["notes"])


def test_a_model_that_was_damaged_does_not_pass(dtk: Dtk, tmp_path: Path) -> None:
    path = networks.place_joytag(tmp_path / "data" / "models" / "joytag")
    dtk("models", "list")
    state = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    code, checked = dtk("models", "check", "--no-run")
    assert (code, checked[0]["works"]) == (1, False)
    assert "changed" in checked[0]["problems"][0]


def test_a_model_is_fetched_listed_and_works(dtk: Dtk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = networks.place_joytag(tmp_path / "there")
    labels = tmp_path / "there" / "top_tags.txt"
    known = catalogue.described("joytag")
    files = tuple(
        replace(file, sha256=sha256_of(path), size_bytes=path.stat().st_size)
        for file, path in zip(known.files, (network, labels), strict=True)
    )
    here = (replace(known, files=files),)
    monkeypatch.setattr(catalogue, "MODELS", here)
    served = {
        "fancyfeast/joytag/model.onnx": Served(network.read_bytes()),
        "fancyfeast/joytag/top_tags.txt": Served(labels.read_bytes(), large=False),
    }
    with serving(served) as hub:
        code, (done,) = dtk("models", "pull", "joytag", "--endpoint", hub.url)
    assert code == 0
    assert [file["verified_by"] for file in done["files"]] == ["catalogue", "catalogue"]
    code, (checked,) = dtk("models", "check", "joytag")
    assert (code, checked["works"]) == (0, True)
    assert "The SHA-256 of the network is that of the catalogue." in checked["notes"]


def test_wrong_names_and_hubs_that_are_not_there_are_errors(dtk: Dtk) -> None:
    code, found = dtk("models", "pull", "clip")
    assert (code, found["error"]["kind"]) == (1, "NotFound")
    code, found = dtk("models", "pull", "joytag")
    assert (code, found["error"]["kind"]) == (1, "ServiceFailed")
    code, found = dtk("models", "pull", "joytag", "--endpoint", "http://example.com")
    assert (code, found["error"]["kind"]) == (2, "UsageError")
    code, found = dtk("models", "check", "joytag")
    assert (code, found["error"]["kind"]) == (1, "NotFound")


def test_tables_are_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path))
    networks.place_joytag(tmp_path / "models" / "joytag")
    (tmp_path / "models" / "broken.onnx").write_bytes(b"no")
    assert run(["models", "list"]) == 0
    shown = capsys.readouterr()
    assert "wd-vit-large-v3" in shown.out
    assert "joytag:model" in shown.out
    assert "Not usable" in shown.err
    assert run(["models", "check"]) == 0
    shown = capsys.readouterr()
    assert "It runs on " in shown.out
    assert "broken.onnx" in shown.err


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("cut.onnx", b"", "not a network in ONNX form"),
        ("page.onnx", b"<!DOCTYPE html><title>Not found</title>", "not a network in ONNX form"),
        ("pointer.onnx", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "not a network"),
        ("cut.gguf", b"GGUF\3\0\0\0", "GGUF"),
    ],
)
def test_a_check_of_files_that_are_no_models_fails_and_names_them(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    data: bytes,
    reason: str,
) -> None:
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / name).write_bytes(data)
    assert run(["models", "check"]) == 1
    told = capsys.readouterr().err
    assert f"Not usable: {tmp_path / 'models' / name}: " in told
    assert reason in told
