"""Measures completion over HTTP, key by key: `python -m bench.completing --rows 1000000`.

Each query is typed letter by letter and completed after each. The first look at a field's values counts them, and is
shown apart; afterwards counts are kept and renewed beside the answers.
"""

import argparse
import tempfile
from pathlib import Path

from bench.catalog import make_library, show, timed, wait_for_snapshot
from bench.serving import serving

TARGET_MS = 20.0
TYPED = (
    "castle, blue ey", "masterp", "model:juggernaut", 'model:"sd xl', "sampler: euler a", "lora:detail_i", "tag:drag",
    "tag:fox, snow -tag:ri", "folder:/pics/20", "in:20", "date:last we", "rating:", "steps:2", "size:5", "node:KSam",
    "node.KSampler.c", "negative:blu", 'album:"Album 1', "type:v", "ext:p", "generator:co", "(castle OR tow",
)  # fmt: skip
FIRST = (
    "model:", "sampler:", "lora:", "tag:", "folder:", "album:", "steps:", "size:", "date:", "rating:", "node:", "a",
)  # fmt: skip


def main() -> None:
    """Fill, serve, type, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder in which the library is made once and stays")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dtk-bench-") as name:
        folder = options.keep or Path(name)
        make_library(folder, options.rows)
        with serving(folder) as server:
            server.total("")
            wait_for_snapshot(folder)

            def complete(text: str) -> float:
                return timed(lambda: server.get("complete", text=text, cursor=len(text), limit=20))

            show("first look at each field", [complete(text) for text in FIRST])
            show("every key", [complete(text[:end]) for text in TYPED for end in range(1, len(text) + 1)], TARGET_MS)


if __name__ == "__main__":
    main()
