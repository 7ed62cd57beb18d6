"""What another program's reader says of files, as JSON lines; runs in an environment of its own, without ours.

    .venv-peers/bin/python bench/peer_answers.py sd-parsers < paths

Each line: path, seconds (of one reading, files warm), error, answers: field to the values it gives.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

Answers = dict[str, list[str]]


def sd_parsers() -> Callable[[str], Answers]:
    """The package sd-parsers."""
    manager: Any = import_module("sd_parsers").ParserManager()

    def read(path: str) -> Answers:
        found: Any = manager.parse(path)
        if found is None:
            return {}
        answers: dict[str, list[Any]] = {"generator": [found.generator.value]}
        for sampler in found.samplers:
            answers.setdefault("sampler", []).append(sampler.name)
            for key, value in sampler.parameters.items():
                answers.setdefault(key, []).extend(_leaves(value))
            answers.setdefault("prompt", []).extend(prompt.value for prompt in sampler.prompts)
            answers.setdefault("negative_prompt", []).extend(prompt.value for prompt in sampler.negative_prompts)
            if sampler.model is not None:
                answers.setdefault("model", []).append(sampler.model.name)
                answers.setdefault("model_hash", []).append(sampler.model.hash)
        for key, value in found.metadata.items():
            answers.setdefault(str(key), []).extend(_leaves(value))
        return _texts(answers)

    return read


def prompt_reader() -> Callable[[str], Answers]:
    """The parser inside stable-diffusion-prompt-reader."""
    reader: Any = import_module("sd_prompt_reader.image_data_reader").ImageDataReader

    def read(path: str) -> Answers:
        found: Any = reader(path)
        if not found.tool:
            return {}
        values: dict[str, Any] = found.parameter or {}
        parameter = {key: [value] for key, value in values.items()}
        texts = {"prompt": [found.positive], "negative_prompt": [found.negative], "generator": [found.tool]}
        return _texts(texts | parameter)

    return read


READERS = {"sd-parsers": sd_parsers, "stable-diffusion-prompt-reader": prompt_reader}


def _leaves(value: Any) -> list[Any]:
    """The single values of a nested one; ids of nodes and links to them are no answers."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return [leaf for key, item in entries.items() if key != "id" for leaf in _leaves(item)]
    if isinstance(value, list):
        items = cast("list[Any]", value)
        is_link = len(items) == 2 and str(items[0]).isdecimal() and isinstance(items[1], int)
        return [] if is_link else [leaf for item in items for leaf in _leaves(item)]
    return [value]


def _texts(answers: dict[str, list[Any]]) -> Answers:
    kept = {key: [str(value) for value in values if value not in (None, "", [], {})] for key, values in answers.items()}
    return {key: values for key, values in kept.items() if values}


def main() -> None:
    """Read every file twice, so that the time is one of a warm file, and print what was found."""
    read = READERS[sys.argv[1]]()
    rounds = 2
    for line in sys.stdin:
        path, answers, error, seconds = line.rstrip("\n"), {}, "", 0.0
        for _ in range(rounds):
            before = time.perf_counter()
            try:
                answers = read(path)
            except Exception as problem:  # noqa: BLE001 whatever the other program raises is its answer
                error = f"{type(problem).__name__}: {problem}"
            seconds = time.perf_counter() - before
        print(json.dumps({"path": path, "seconds": seconds, "error": error, "answers": answers}), flush=True)


if __name__ == "__main__":
    main()
