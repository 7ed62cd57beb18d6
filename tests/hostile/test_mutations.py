"""Every file of the book and every shared sample, cut off, changed, spliced with another: never more than a problem."""

import time
from functools import cache
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from book.write import FILES
from diffusion_toolkit.formats import read_bytes
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.library.inspect import record_json

SHARED = Path(__file__).parents[3] / "shared" / "samples"
SIDECARS = {".txt", ".json", ".yaml", ".caption", ".tsv"}
LARGEST_BYTES = 400_000
SLOWEST_S = 1.0


@cache
def sample_files() -> list[Path]:
    """The book's files, and the shared ones where they are."""
    found = [*FILES.rglob("*"), *(SHARED.rglob("*") if SHARED.is_dir() else ())]
    return sorted(path for path in found if path.is_file() and path.suffix not in SIDECARS)


@st.composite
def changed(draw: st.DrawFn, data: bytes, others: list[Path]) -> bytes:
    """The file after some accident."""
    size = len(data)
    match draw(st.sampled_from(["cut", "flip", "splice", "drop", "repeat"])):
        case "cut":
            return data[: draw(st.integers(0, size))]
        case "flip":
            changed_data = bytearray(data)
            for _ in range(draw(st.integers(1, 8))):
                changed_data[draw(st.integers(0, min(size, 4096) - 1))] = draw(st.integers(0, 255))
            return bytes(changed_data)
        case "splice":
            other = draw(st.sampled_from(others)).read_bytes()[:LARGEST_BYTES]
            return data[: draw(st.integers(0, size))] + other[draw(st.integers(0, len(other))) :]
        case "drop":
            begin = draw(st.integers(0, size))
            return data[:begin] + data[begin + draw(st.integers(1, 64)) :]
        case _:
            begin = draw(st.integers(0, size))
            piece = data[begin : begin + draw(st.integers(1, 512))]
            return data[:begin] + piece * draw(st.integers(2, 40)) + data[begin:]


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
@given(choices=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_an_accident_is_at_most_a_problem(path: Path, choices: st.DataObject) -> None:
    data = choices.draw(changed(path.read_bytes()[:LARGEST_BYTES], sample_files()))
    began = time.process_time()
    record = record_of(read_bytes(data, name=path.name))
    assert time.process_time() - began < SLOWEST_S
    found = record_json("a", record)
    seed = found.pop("seed", None)  # orjson stops at 64 bits, a seed may be a large number found elsewhere
    assert seed is None or isinstance(seed, int)
    orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS)
    assert all(isinstance(problem, str) and problem for problem in record.all_problems)
