"""Main colours are learnt of thumbnails, kept in the store, and told three bytes each."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.library.colours import Colours
from diffusion_toolkit.library.images import image_thumbnail, kept_thumbnails
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.store.database import Collection
from library.test_images import paint, put

Make = Callable[[str], int]


@pytest.fixture
def image(collection: Collection, tmp_path: Path) -> Make:
    """Call it for an image row of this colour."""

    def make(colour: str) -> int:
        paint(tmp_path / "root" / f"{colour}.png", colour)
        return put(collection, tmp_path / "root", "", f"{colour}.png")

    return make


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbnails")


def told(colours: Colours, *ids: int) -> list[tuple[int, ...]]:
    return [
        tuple(each) for each in np.frombuffer(colours.of(np.array(ids, np.int32)), np.uint8).reshape(-1, 3).tolist()
    ]


def webp(colour: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (32, 32), colour).save(made, "WEBP", lossless=True)
    return made.getvalue()


def test_colours_of_thumbnails_are_kept(collection: Collection, image: Make, cache: ThumbnailCache) -> None:
    red, blue = image("red"), image("blue")
    colours = Colours(collection)
    assert told(colours, red, blue, 2**31 - 1) == [(0, 0, 0)] * 3
    image_thumbnail(collection, red, 128, cache, colours)
    colours.close()
    again = Colours(collection)
    [first, second] = told(again, red, blue)
    assert first == pytest.approx((255, 0, 0), abs=3)
    assert second == (0, 0, 0)


def test_thumbnails_that_were_made_before_have_one_once_they_are_seen(
    collection: Collection, image: Make, cache: ThumbnailCache
) -> None:
    red, blue = image("red"), image("blue")
    made = image_thumbnail(collection, blue, 128, cache)
    colours = Colours(collection)
    assert kept_thumbnails(collection, [red, blue, 2**31 - 1], 128, cache, colours) == [None, made, None]
    colours.close()
    assert told(colours, blue)[0] == pytest.approx((0, 0, 255), abs=3)


def test_black_is_a_colour(collection: Collection, image: Make) -> None:
    black = image("black")
    colours = Colours(collection)
    colours.note(black, webp("black"))
    colours.close()
    assert told(colours, black) == [(0, 0, 1)]


def test_only_a_thumbnail_made_anew_changes_a_colour(collection: Collection, image: Make) -> None:
    number = image("red")
    colours = Colours(collection)
    colours.note(number, webp("red"))
    colours.note(number, webp("lime"))
    colours.close()
    assert told(Colours(collection), number) == [(255, 0, 0)]
    colours.note(number, webp("blue"), is_new=True)
    colours.close()
    assert told(Colours(collection), number) == [(0, 0, 255)]


def test_what_is_damaged_or_gone_holds_nothing_up(collection: Collection, image: Make) -> None:
    gone, damaged, red = image("blue"), image("lime"), image("red")
    with collection.begin() as connection:
        connection.execute(sa.text("DELETE FROM image WHERE id = :id"), {"id": gone})
    colours = Colours(collection)
    colours.note(gone, webp("blue"))
    colours.note(damaged, b"no picture")
    colours.note(red, webp("red"))
    colours.close()
    assert told(Colours(collection), gone, damaged, red) == [(0, 0, 0), (0, 0, 0), (255, 0, 0)]
