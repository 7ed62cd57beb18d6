"""What another program's reader says of files, as JSON lines; runs in an environment of its own, without ours.

    .venv-peers/bin/python bench/peer_answers.py sd-parsers < paths

Each line: path, seconds (of the best of five readings), error, answers: field to the values it gives.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

Answers = dict[str, list[str]]
Reader = tuple[Callable[[str], Any], Callable[[Any], Answers]]
"""Reads a file, which is timed; and makes answers of what it gave."""

ROUNDS = 5


def sd_parsers() -> Reader:
    """The package sd-parsers."""
    manager: Any = import_module("sd_parsers").ParserManager()

    def answers_of(found: Any) -> Answers:
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

    return manager.parse, answers_of


def prompt_reader() -> Reader:
    """The parser inside stable-diffusion-prompt-reader."""
    reader: Any = import_module("sd_prompt_reader.image_data_reader").ImageDataReader

    def answers_of(found: Any) -> Answers:
        if not found.tool:
            return {}
        values: dict[str, Any] = found.parameter or {}
        parameter = {key: [value] for key, value in values.items()}
        texts = {"prompt": [found.positive], "negative_prompt": [found.negative], "generator": [found.tool]}
        return _texts(texts | parameter)

    return reader, answers_of


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
    """Read every file several times, and print the best time and what was found."""
    read, answers_of = READERS[sys.argv[1]]()
    for line in sys.stdin:
        path, answers, error, seconds = line.rstrip("\n"), Answers(), "", float("inf")
        for _ in range(ROUNDS):
            before = time.perf_counter()
            try:
                found = read(path)
                seconds = min(seconds, time.perf_counter() - before)
                answers = answers_of(found)
            except Exception as problem:  # noqa: BLE001 whatever the other program raises is its answer
                error = f"{type(problem).__name__}: {problem}"
                seconds = min(seconds, time.perf_counter() - before)
        print(json.dumps({"path": path, "seconds": seconds, "error": error, "answers": answers}), flush=True)


if __name__ == "__main__":
    main()
