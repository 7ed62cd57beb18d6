"""A runner in a process of its own, which hangs at its second commit. `python dying.py DATABASE RUN MODELS`."""

import sys
import time
from pathlib import Path

from diffusion_toolkit.enrich.executors.local import work
from diffusion_toolkit.enrich.stages import registry
from diffusion_toolkit.store.database import Collection, Database
from enrich.engine.world import ONE_DECODER, Greys, context, kind

commits: list[list[int]] = []


def hang(ids: list[int]) -> None:
    """At the second commit: something was written, something is not, something is claimed."""
    commits.append(ids)
    if len(commits) > 1:
        print("hangs", flush=True)
        time.sleep(600)


stage = Greys(fixed_batch=1, infer_first=lambda greys: time.sleep(0.4), write_first=hang)
registry.KINDS = (kind(stage),)  # pyright: ignore[reportConstantRedefinition]  (in this process only)

if __name__ == "__main__":
    url, run_id, folder = sys.argv[1:]
    for _ in work(Collection(Database(url), "main"), int(run_id), context(Path(folder)), options=ONE_DECODER):
        pass
