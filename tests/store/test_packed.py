"""Arrays come out of PostgreSQL's binary form as they went in: empty ones, NULLs, and both in any mixture."""

import math

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.packed import array_values

Arrays = list[list[float | None] | None]
ELEMENT = st.one_of(st.none(), st.floats(width=32, allow_nan=False))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays=st.lists(st.one_of(st.none(), st.lists(ELEMENT, max_size=4)), max_size=12))
def test_arrays_are_read_as_the_server_sends_them(collection: Collection, arrays: Arrays) -> None:
    check(collection, arrays)


def test_nulls_that_weigh_as_much_as_an_empty_array(collection: Collection) -> None:
    check(collection, [[], [None, None, 0.5, None], [0.25]])


def check(collection: Collection, arrays: Arrays) -> None:
    texts = [None if array is None else _text(array) for array in arrays]
    query = sa.text(
        "SELECT string_agg(coalesce(array_send(v::real[]), ''), '' ORDER BY n)"
        " FROM unnest(CAST(:texts AS text[])) WITH ORDINALITY AS given (v, n)"
    )
    with collection.begin() as connection:
        data = bytes(connection.scalar(query, {"texts": texts}) or b"")
    found = array_values(data, np.array([len(array or ()) for array in arrays], np.int32), ">f4").tolist()
    expected = [math.nan if x is None else float(np.float32(x)) for array in arrays for x in array or ()]
    assert [math.isnan(x) for x in found] == [math.isnan(x) for x in expected]
    assert [x for x in found if not math.isnan(x)] == [x for x in expected if not math.isnan(x)]


def _text(array: list[float | None]) -> str:
    return "{" + ",".join("NULL" if number is None else repr(number) for number in array) + "}"


def test_other_bytes_are_refused() -> None:
    with pytest.raises(StoreError):
        array_values(np.array([1, 0, 23, 1, 1, 4, 7], ">i4").tobytes(), np.array([2]), ">i4")
