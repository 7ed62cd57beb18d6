"""How long `dtk serve` takes to answer over a large library, and what memory the whole program then uses.

python -m bench.start --rows 1000000

Baseline of the same run: a Python process that only imports the server's libraries, and PostgreSQL alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.catalog import pss_mb, server_processes
from bench.rows import Spread, fill
from bench.serving import serving
from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.server import connect_embedded

IMPORTS = "import fastapi, uvicorn, numpy, sqlalchemy, psycopg, pyvips"
QUERIES = ("", "castle", "steps:20-30 rating>=8", "model:juggernaut*", "red hair, -castle")
SNAPSHOT_WAIT_S = 60


def main() -> None:
    """Fill a store, then start, stop and start again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dtk-bench-") as name:
        folder = Path(name)
        with connect_embedded(folder) as server:
            database = Database(server.url)
            database.prepare()
            fill(database.collection(), Spread(rows=options.rows, prompts=max(1, options.rows * 2 // 5)))
            database.close()
        imports = seconds_of([sys.executable, "-c", IMPORTS])
        started = time.perf_counter()
        with connect_embedded(folder):
            postgres = time.perf_counter() - started
        print(f"{options.rows:,} images")
        print(f"baseline: importing the libraries  {imports:6.2f} s")
        print(f"baseline: PostgreSQL alone         {postgres:6.2f} s")
        for title in ("first serve, from the store", "later serve, from its snapshot"):
            measure(folder, title, imports + postgres)


def measure(folder: Path, title: str, baseline: float) -> None:
    """Start once, ask some queries, print time and memory, stop."""
    started = time.perf_counter()
    with serving(folder) as server:
        server.total("")
        took = time.perf_counter() - started
        print(f"{title:34} {took:6.2f} s, {took / baseline:.1f} times the baselines")
        for query in QUERIES:
            server.total(query)
        wait_for_snapshot(folder)
        print(f"{'  memory of all processes (PSS)':34} {memory_mb(server.process, folder):6.0f} MB")


def wait_for_snapshot(folder: Path) -> None:
    """Wait until the server has written what the next start reads."""
    end = time.monotonic() + SNAPSHOT_WAIT_S
    while time.monotonic() < end and not any((folder / "catalog").rglob("*")):
        time.sleep(0.5)


def memory_mb(process: subprocess.Popen[bytes], folder: Path) -> float:
    """Memory of the server, its worker and PostgreSQL together."""
    ours = psutil.Process(process.pid)
    with connect_embedded(folder) as server:
        database = Database(server.url)
        found = [ours, *ours.children(recursive=True), *server_processes(database.collection())]
        database.close()
        return pss_mb(found)


def seconds_of(command: list[str]) -> float:
    """How long a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
