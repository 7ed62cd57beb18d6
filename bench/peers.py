"""This reader beside sd-parsers, stable-diffusion-prompt-reader and ExifTool: who recognises what, and how fast.

    python -m bench.peers [FOLDER …] [--markdown docs/readers.md]

The others run in an environment of their own, .venv-peers (`make peers`), on the same files in the same run. Prints one
line per file, then what another reader answers and this one does not: every such line is a fault of ours or theirs.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from diffusion_toolkit.compiled import readers_are
from diffusion_toolkit.generators import expect_many_files, read_file
from diffusion_toolkit.library.inspect import record_json
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.vocabulary import canonical_sampler

PEERS = ("sd-parsers", "stable-diffusion-prompt-reader")
PEERS_PYTHON = Path(".venv-peers/bin/python")
SIDECARS = {".txt", ".json", ".tsv", ".yaml", ".md"}
ROUNDS, TURNS = 5, 2
"""Readings of a file one after the other; times that every reader has its turn at all files, so that a machine that
slows down for a while slows nobody alone."""

NO_REASON = "a value this reader lacks"
FIELDS = {"cfg": "cfg_scale", "cfg scale": "cfg_scale", "sampler_name": "sampler", "noise_seed": "seed"}
"""Other readers' names of our fields."""


HEAD = (
    "# This reader beside others",
    "",
    "Made by `python -m bench.peers --markdown docs/readers.md` (`make peers` gets the others) on files written by the",
    "real generators: for each file who wrote it by each reader, how many values it gives, and its time (best of",
    f"{TURNS * ROUNDS}, all in one run on the same machine, by turns).",
    "",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one reader says of one file. values: field to values, normalised; graph: those of the workflow's nodes."""

    seconds: float
    values: dict[str, set[str]]
    graph: set[str] = field(default_factory=set[str])
    error: str = ""

    @property
    def count(self) -> int:
        """How many values it gives, its generator apart."""
        return sum(len(values) for name, values in self.values.items() if name != "generator")


def files_in(folders: Iterable[Path]) -> list[Path]:
    """The pictures and films of the folders."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    return [path for path in found if path.is_file() and path.suffix.lower() not in SIDECARS]


def normal(value: object) -> str:
    """A value as values are compared: numbers as numbers, blanks alike, samplers and model files by any spelling."""
    text = " ".join(str(value).split()).strip()
    try:
        number = float(text)
    except ValueError:
        return text.casefold()
    if re.fullmatch(r"[+-]?\d+", text):
        return str(int(text))
    return str(int(number)) if number.is_integer() else repr(number)


def our_answers(files: list[Path]) -> dict[Path, Answer]:
    """What this program's reader says of the files. All are timed first, before there are answers to keep in mind."""
    seconds = {path: best_seconds(path) for path in files}
    return {path: _our_answer(path, seconds[path]) for path in files}


def _our_answer(path: Path, seconds: float) -> Answer:
    record = read_file(path)
    if record.recipe is None:
        return Answer(seconds=seconds, values={})
    made = record_json(str(path), record)
    values = {key: set(_leaves(value)) for key, value in made.items() if key not in ("path", "problems", "format")}
    graph = {normal(value) for value in record.recipe.graph.values} if record.recipe.graph else set[str]()
    return Answer(seconds=seconds, values={key: found for key, found in values.items() if found}, graph=graph)


def best_seconds(path: Path) -> float:
    """The time of this program's reader for a file, as that of the others is taken."""
    return min(_timed(path) for _ in range(ROUNDS))


def _timed(path: Path) -> float:
    before = time.perf_counter()
    read_file(path)
    return time.perf_counter() - before


def _leaves(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield normal(key)
            yield from _leaves(item)
    elif isinstance(value, list):
        if len(value) == 2 and all(isinstance(item, int) for item in value):
            yield f"{value[0]}x{value[1]}"
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield normal(value)


def peer_answers(peer: str, files: list[Path]) -> dict[Path, Answer]:
    """What another reader says of the files, asked in its own environment."""
    paths = "".join(f"{path}\n" for path in files)
    run = subprocess.run(
        [str(PEERS_PYTHON), "bench/peer_answers.py", peer], input=paths, capture_output=True, text=True, check=True
    )
    answers: dict[Path, Answer] = {}
    for line in run.stdout.splitlines():
        if not line.startswith("{"):
            continue  # readers print as they like
        found = json.loads(line)
        values = {
            FIELDS.get(name := str(key).casefold(), name): {normal(item) for item in items}
            for key, items in found["answers"].items()
        }
        answers[Path(found["path"])] = Answer(seconds=found["seconds"], values=values, error=found["error"])
    return answers


def not_ours(theirs: Answer, ours: Answer) -> list[tuple[str, str]]:
    """Values another reader gives that stand nowhere in our record."""
    known = ours.graph.union(*ours.values.values())
    loose = {_loose(value) for value in known}
    prompts = " ".join(sorted(known))
    return [
        (name, value)
        for name, values in theirs.values.items()
        if name != "generator"
        for value in values
        if not (value in known or _loose(value) in loose or (name.endswith("prompt") and value in prompts))
    ]


def why_wrong(name: str, value: str, ours: Answer) -> str | None:
    """Why another reader's value that we do not give is no answer; None when it may be one that we lack."""
    known = {_loose(each) for each in ours.graph.union(*ours.values.values())}
    if re.fullmatch(r"\['[\d:]+', \d+\]", value):
        return "a link to another node, not a value"
    if value.startswith(("{", "[")) or re.search(r'"[}\]]|^"|"$', name + value) or value.endswith(("}", "]")):
        return "a piece of JSON, or JSON taken for a prompt"
    if name == "size" and value == _pixels(ours):
        return "the size of the file's pixels, not the one asked for"
    parts = [normal(part) for part in re.split(r"[(),]\s*", value) if part]
    if value in ("none", "(none)") or all(_loose(part) in known for part in parts):
        return "several values written as one, or none"
    if all(_loose(part) in known for part in value.rsplit(" ", 1)):
        return "a model and its hash written as one"
    if _loose(_repaired(value)) in known or not value.isascii():
        return "a text in the wrong encoding"
    if value.startswith("negative prompt:"):
        return "a whole text taken for a prompt"
    return None


def _pixels(answer: Answer) -> str:
    sides = [next(iter(answer.values.get(side, {""}))) for side in ("width", "height")]
    return "x".join(sides)


def _repaired(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _loose(value: str) -> str:
    """A sampler, model or size without what spellings differ in."""
    name = re.sub(r"\.(safetensors|ckpt|gguf|pt|pth|sft)$", "", value.replace("\\", "/").rpartition("/")[2])
    name = re.sub(r" (karras|exponential|simple|beta|sgm uniform)$", "", name)
    return re.sub(r"[\s_()+\[\]{}\"'-]+", "", canonical_sampler(name).casefold())


def exiftool_seconds(files: list[Path]) -> float | None:
    """Seconds per file of ExifTool reading all of them in one batch; None where it is not installed."""
    program = shutil.which("exiftool")
    if program is None:
        return None
    before = time.perf_counter()
    subprocess.run([program, "-json", "-u", *map(str, files)], capture_output=True, check=False)
    return (time.perf_counter() - before) / len(files)


def report(files: list[Path], folders: list[Path]) -> list[str]:
    """The table in Markdown, and the sums below it."""
    asked = [peer for peer in PEERS if PEERS_PYTHON.exists()]
    ours, answers = our_answers(files), {peer: peer_answers(peer, files) for peer in asked}
    for _ in range(TURNS - 1):
        ours = _quicker(ours, our_answers(files))
        answers = {peer: _quicker(answers[peer], peer_answers(peer, files)) for peer in asked}
    lines = [
        f"| file | {' | '.join(['diffusion-toolkit', *asked])} |",
        f"|---|{'---|' * (1 + len(asked))}",
    ]
    for path in files:
        cells = [_cell(ours[path]), *(_cell(answers[peer][path]) for peer in asked)]
        lines.append(f"| {_short(path, folders)} | {' | '.join(cells)} |")
    sums = {"diffusion-toolkit": list(ours.values())} | {peer: [*answers[peer].values()] for peer in asked}
    lines += ["", "| | recognised | values | median ms | files/s | failed |", "|---|---|---|---|---|---|"]
    lines += [_sum_line(name, found) for name, found in sums.items()]
    if (seconds := exiftool_seconds(files)) is not None:
        lines.append(f"| ExifTool, one batch | | | | {1 / seconds:,.0f} | |")
    for peer in asked:
        lines += ["", *_differences(peer, answers[peer], ours, folders)]
    return lines


def _quicker(before: dict[Path, Answer], now: dict[Path, Answer]) -> dict[Path, Answer]:
    """The same answers with the shorter of both times."""
    return {path: replace(answer, seconds=min(answer.seconds, now[path].seconds)) for path, answer in before.items()}


def _differences(peer: str, theirs: dict[Path, Answer], ours: dict[Path, Answer], folders: list[Path]) -> list[str]:
    """What another reader says and we do not: how often and why it is wrong, and each value without a reason."""
    reasons: Counter[str] = Counter()
    open_values: list[str] = []
    for path, answer in theirs.items():
        for name, value in not_ours(answer, ours[path]):
            reason = why_wrong(name, value, ours[path])
            reasons[reason or NO_REASON] += 1
            if reason is None:
                open_values.append(f"- {_short(path, folders)}: {name} = {value[:80]}")
    lines = [f"What {peer} says and this reader does not:", ""]
    return [*lines, *(f"- {count}: {reason}" for reason, count in reasons.most_common()), *open_values]


def _cell(answer: Answer) -> str:
    if not answer.values:
        return f"{'failed' if answer.error else '–'} {answer.seconds * 1000:.1f} ms"
    name = next(iter(answer.values.get("generator", {"?"}))).split()[0]
    return f"{name}, {answer.count} values, {answer.seconds * 1000:.2f} ms"


def _sum_line(name: str, answers: list[Answer]) -> str:
    recognised = sum(bool(answer.values) for answer in answers)
    seconds = [answer.seconds for answer in answers]
    return (
        f"| {name} | {recognised} of {len(answers)} | {sum(answer.count for answer in answers)} "
        f"| {statistics.median(seconds) * 1000:.2f} | {len(seconds) / sum(seconds):,.0f} "
        f"| {sum(bool(answer.error) for answer in answers)} |"
    )


def _short(path: Path, folders: list[Path]) -> str:
    for folder in folders:
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return path.name


def main() -> None:
    """Read the options, print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="*", type=Path, default=[Path("../shared/samples")])
    parser.add_argument("--markdown", type=Path, help="write the report there too")
    options = parser.parse_args()
    expect_many_files()
    read_file(Path(__file__))  # the first reading loads plugins
    files = files_in(options.folder)
    if not files:
        sys.exit("There are no files.")
    lines = [f"This reader's code is {readers_are()}.", "", *report(files, options.folder)]
    print("\n".join(lines))
    if options.markdown:
        options.markdown.write_text("\n".join([*HEAD, *lines, ""]), encoding="utf-8")
    if any(NO_REASON in line for line in lines):
        sys.exit("Another reader gives a value that this one does not.")


if __name__ == "__main__":
    main()
