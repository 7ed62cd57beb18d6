"""The main colours of pictures, as numbers 0xRRGGBB."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from diffusion_toolkit.store.database import driver

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_colours(connection: sa.Connection) -> "tuple[NDArray[np.int32], NDArray[np.int32]]":
    """Ids of images and their colours; one value of 8 bytes a picture, as PostgreSQL joins them."""
    joined = "SELECT string_agg(int4send(image_id) || int4send(colour), '') FROM image_colour"
    row = driver(connection).cursor(binary=True).execute(joined).fetchone()
    pairs = np.frombuffer(row[0] if row and row[0] else b"", ">i4").reshape(-1, 2).astype(np.int32)
    return pairs[:, 0], pairs[:, 1]


def write_colours(connection: sa.Connection, colours: Mapping[int, int]) -> None:
    """Keep these, by the id of the image; images that are gone meanwhile are left out."""
    if not colours:
        return
    ids = sorted(colours)  # in one order, so that two writers never wait for each other
    driver(connection).execute(
        "INSERT INTO image_colour (image_id, colour) SELECT given.* FROM unnest(%s::int4[], %s::int4[])"
        " AS given (id, colour) JOIN image USING (id) ON CONFLICT (image_id) DO UPDATE SET colour = EXCLUDED.colour",
        [ids, [colours[number] for number in ids]],
    )
