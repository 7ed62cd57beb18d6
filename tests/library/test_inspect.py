"""The record of `inspect`: what is there as promised, what is not there absent."""

import json
from pathlib import Path

from container_bytes import png, text_chunk
from diffusion_toolkit.library.inspect import inspect, recipe_json, record_json

TEXT = (
    "a fox <lora:storm:0.7> <lora:mist>\nNegative prompt: blurry\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 18446744073709551615, Size: 64x96, Model: m, "
    "Hires steps: 5, ENSD: 1"
)


def test_a_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(png(text_chunk("parameters", TEXT)))
    [(given, record)] = inspect([path])
    found = record_json(given, record)
    assert found == {
        "path": str(path),
        "format": "png",
        "width": 64,
        "height": 48,
        "bytes": path.stat().st_size,
        "generator": "automatic1111",
        "source": "png:parameters",
        "prompt": "a fox <lora:storm:0.7> <lora:mist>",
        "negative_prompt": "blurry",
        "steps": 20,
        "sampler": "Euler a",
        "cfg_scale": 7.0,
        "seed": 2**64 - 1,
        "model": "m",
        "size": [64, 96],
        "loras": [{"name": "storm", "weight": 0.7}, {"name": "mist"}],
        "hires": {"steps": 5},
        "extra": {"ENSD": "1"},
        "workflow": False,
        "problems": [],
    }
    assert json.loads(json.dumps(found)) == found
    assert record.recipe is not None
    assert recipe_json(record.recipe, seed_as_text=True)["seed"] == "18446744073709551615"


def test_files_that_say_nothing(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(png())
    results = [record_json(path, record) for path, record in inspect([plain, tmp_path / "missing.png"])]
    assert [set(result) for result in results] == [
        {"path", "format", "width", "height", "bytes", "problems"},
        {"path", "bytes", "problems"},
    ]
    assert results[1]["problems"] == ["This file is not there."]
