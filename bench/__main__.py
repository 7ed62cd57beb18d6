"""`python -m bench`: every measurement, one after the other, each with its baseline from the same run."""

import argparse
import subprocess
import sys

MEASUREMENTS = (
    ("bench.scan", "--files"),
    ("bench.catalog", "--rows"),
    ("bench.completing", "--rows"),
    ("bench.curation", "--rows"),
    ("bench.workflows", "--images"),
    ("bench.start", "--rows"),
    ("bench.page", "--rows"),
    ("bench.parse", None),
    ("bench.thumbnails", None),
    ("bench.enrich", None),
)


def main() -> None:
    """Run them all; --small makes the libraries a tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the size")
    small = parser.parse_args().small
    for module, size in MEASUREMENTS:
        print(f"\n== {module}", flush=True)
        amount = {"--files": 200_000, "--rows": 1_000_000, "--images": 80_000}.get(size or "", 0) // (
            10 if small else 1
        )
        subprocess.run([sys.executable, "-m", module, *([size, str(amount)] if size else [])], check=True)


if __name__ == "__main__":
    main()
