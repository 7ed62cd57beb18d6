"""`dtk prompts` and `dtk model-library`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.cli.main import run
from model_bytes import safetensors, save
from pictures import parameters, save_png

Dtk = Callable[..., tuple[int, Any]]


def test_prompts_and_tokens(dtk: Dtk, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for number in range(3):
        text = parameters("(red fox:1.2), snow", seed=number)
        save_png(tmp_path / f"pictures/{number}.png", texts={"parameters": text})
    dtk("scan", tmp_path / "pictures")
    code, page = dtk("prompts", "list", "fox")
    assert (code, page["total"], page["items"][0]["images"]) == (0, 1, 3)
    assert dtk("prompts", "list", "--similar", "90", "snow red fox")[1]["items"][0]["likeness"] == 100.0
    assert dtk("prompts", "list", "--whole", "fox")[1]["total"] == 0
    assert [item["text"] for item in dtk("prompts", "tokens", "--of", "word")[1]["items"]] == ["red", "fox", "snow"]
    assert dtk("prompts", "list", "rating:1")[0] == 2
    assert run(["prompts", "tokens"]) == 0
    assert b"red fox" in capfdbinary.readouterr().out


def test_models(dtk: Dtk, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    save(tmp_path / "models/loras/ink.safetensors", safetensors({"ss_base_model_version": "sd_v1"}))
    code, counts = dtk("model-library", "scan", "--hash", tmp_path / "models")
    assert (code, counts["new"], counts["hashed"]) == (0, 1, 1)
    (file,) = dtk("model-library", "list", "--kind", "lora")[1]
    assert (file["name"], file["base_model"]) == ("ink", "SD 1.5")
    assert dtk("model-library", "lookup", file["autov2"], "--name", "Mine")[1]["names"][0]["name"] == "Mine"
    save(tmp_path / "cache.json", b'{"hashes": {"checkpoint/x.ckpt": {"sha256": "' + b"ab" * 32 + b'"}}}')
    assert dtk("model-library", "import-names", tmp_path / "cache.json")[1] == {"names": 1, "added": 1}
    assert dtk("model-library", "used")[1] == []
    assert len(dtk("model-library", "roots")[1]) == 1
    assert dtk("model-library", "roots", "--remove", tmp_path / "models")[1] == []
    assert dtk("model-library", "roots", "--remove", tmp_path / "models")[0] == 1
    assert dtk("model-library", "lookup", "nope")[0] == 2
    capfdbinary.readouterr()
    assert run(["model-library", "ask-civitai", "--yes"]) == 0
    assert b"Sent to http://127.0.0.1:1: the hash" in capfdbinary.readouterr().err
