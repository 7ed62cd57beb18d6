"""Coverage-guided fuzzing of everything that reads files: no crash, no hang, no memory without bound.

    make fuzz SECONDS=600        # installs atheris, makes a corpus of the book (and the shared samples), runs

Stops at the first finding and leaves the input as crash-*, timeout-* or oom-* in bench/results/fuzz;
`python -m bench.fuzz --again FILE-OR-FOLDER` reads it once more. Coverage is seen in the sources alone: they run
while it is looked for, whatever is compiled; the inputs found on the way are then read by the compiled readers too.
"""

import argparse
import hashlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

RESULTS = Path("bench/results/fuzz")
BOOK = Path("tests/book/files")
SHARED = Path("../shared/samples")
LONGEST_SEED_BYTES = 60_000
TIME_LIMIT_S = 3
MEMORY_LIMIT_MB = 1024


def targets() -> list[Callable[[bytes], Any]]:
    """What is fuzzed; the first byte of an input chooses."""
    from diffusion_toolkit.formats import Container, Text
    from diffusion_toolkit.generators import FileReader, record_of
    from diffusion_toolkit.library.inspect import record_json

    read = FileReader(explain=True)
    place = Path(tempfile.mkdtemp(prefix="dtk-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))

    def file(data: bytes) -> None:
        (place / "a.png").write_bytes(data)
        record_json("a", read(place / "a.png"))

    def sidecar(data: bytes) -> None:
        begin, _, rest = data.partition(b"\0\1\0")
        (place / "a.png").write_bytes(_PLAIN_PNG)
        (place / "a.txt").write_bytes(begin)
        (place / "a.json").write_bytes(rest)
        record_json("a", read(place / "a.png"))
        (place / "a.txt").unlink()
        (place / "a.json").unlink()

    def text_at(*sources: str) -> Callable[[bytes], None]:
        def text(data: bytes) -> None:
            value = data.decode("utf-8", "replace")
            found = tuple(Text(key=source.partition(":")[2], value=value, source=source) for source in sources)
            record_json("a", record_of(Container(format="png", width=64, height=48, texts=found)))

        return text

    return [
        file,
        sidecar,
        text_at("png:parameters"),
        text_at("png:prompt"),
        text_at("png:workflow"),
        text_at("exif:UserComment"),
        text_at("png:Comment", "png:Software", "png:Description"),
        text_at("png:invokeai_metadata"),
        text_at("png:Dream", "png:sd-metadata"),
        text_at("png:generation_data", "png:parameters-json"),
        text_at("sidecar:json"),
        text_at("sidecar:txt"),
    ]


_PLAIN_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f000101010018dd8db00000000049454e44ae426082"
)


def seeds() -> Iterator[bytes]:
    """The book's files and the shared samples whole, and each of their texts for the target of its place."""
    from diffusion_toolkit.formats import read_container

    chosen = {
        "png:parameters": 2, "png:prompt": 3, "png:workflow": 4, "exif:UserComment": 5, "png:Comment": 6,
        "png:invokeai_metadata": 7, "png:Dream": 8, "png:sd-metadata": 8, "png:generation_data": 9,
        "png:parameters-json": 9, "sidecar:json": 10, "sidecar:txt": 11,
    }  # fmt: skip
    for folder in (BOOK, SHARED):
        for path in sorted(folder.rglob("*.*")) if folder.is_dir() else ():
            data = path.read_bytes()
            if path.suffix in (".txt", ".json"):
                yield bytes([11 if path.suffix == ".txt" else 10]) + data[:LONGEST_SEED_BYTES]
                continue
            if len(data) <= LONGEST_SEED_BYTES:
                yield b"\0" + data
            for text in read_container(path).texts:
                if text.source in chosen and len(text.value) <= LONGEST_SEED_BYTES:
                    yield bytes([chosen[text.source]]) + text.value.encode("utf-8", "replace")


def write_corpus(folder: Path) -> int:
    """Write the seeds as files; gives how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
    return len(list(folder.iterdir()))


def run_once(data: bytes, choices: list[Callable[[bytes], Any]]) -> None:
    """Give one input to the target that its first byte chooses."""
    if data:
        choices[data[0] % len(choices)](data[1:])


def read_again(path: Path) -> None:
    """Give one input, or all of a folder, to the readers as they are installed; SIGALRM ends one that hangs."""
    from diffusion_toolkit.compiled import readers_are

    choices = targets()
    inputs = sorted(path.iterdir()) if path.is_dir() else [path]
    for each in inputs:
        signal.alarm(TIME_LIMIT_S)
        try:
            run_once(each.read_bytes(), choices)
        except BaseException:
            print(f"the finding is {each}", file=sys.stderr)
            raise
    signal.alarm(0)
    print(f"{len(inputs)} inputs read by readers that are {readers_are()}")


def main() -> None:
    """Read the options; fuzz, or read again what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--again", type=Path)
    options = parser.parse_args()
    if options.again:
        read_again(options.again)
        return
    os.environ["DTK_PURE"] = "1"
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["diffusion_toolkit"]):
        choices = targets()
    corpus = RESULTS / "corpus"
    print(f"{write_corpus(corpus)} seeds")
    flags = [
        f"-max_total_time={options.seconds}",
        f"-timeout={TIME_LIMIT_S}",
        f"-rss_limit_mb={MEMORY_LIMIT_MB}",
        f"-artifact_prefix={RESULTS}/",
        "-max_len=80000",
        "-print_final_stats=1",
    ]

    def once(data: bytes) -> None:
        run_once(data, choices)

    atheris.Setup([sys.argv[0], *flags, str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
