"""Curation stays with its picture when another program makes another file of it; likeness is only offered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scan_pictures import by_name, rate, run

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library import identity
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.store.database import Collection


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    found = Decoders(1)
    yield found
    found.close()


def picture(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Soft colours with a structure of their own per seed."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def save(path: Path, image: Image.Image, *, seed: int | None = None, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        info = PngInfo()
        if seed is not None:
            info.add_text("parameters", f"a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 96x64")
        image.save(path, pnginfo=info)
    else:
        image.save(path, **options)
    return path


@pytest.fixture
def rated(collection: Collection, tmp_path: Path, decoders: Decoders) -> int:
    """A rated, hashed picture `fox.png` beside two others; its id."""
    save(tmp_path / "fox.png", picture(1), seed=1)
    save(tmp_path / "crow.png", picture(2), seed=2)
    save(tmp_path / "sibling.png", picture(3), seed=3)
    run(collection, tmp_path)
    image_id = rate(collection, "fox.png", 9)
    assert identity.hash_curated(collection, decoders) == 1
    assert identity.hash_curated(collection, decoders) == 0
    return image_id


def rescan(collection: Collection, folder: Path, decoders: Decoders) -> tuple[int, int]:
    run(collection, folder)
    return identity.find_lost(collection, decoders)


def test_a_lossless_conversion_is_followed(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    save(tmp_path / "fox.webp", picture(1), lossless=True)
    (tmp_path / "fox.png").unlink()
    assert rescan(collection, tmp_path, decoders) == (1, 0)
    row = by_name(collection)["fox.webp"]
    assert (row["id"], row["rating"], row["format"]) == (rated, 9, "webp")
    assert "fox.png" not in by_name(collection)
    assert len(by_name(collection)) == 3
    assert run(collection, tmp_path) == {"files": 3}


def test_a_conversion_under_another_name_is_followed(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    (tmp_path / "fox.png").unlink()
    run(collection, tmp_path)
    save(tmp_path / "new" / "0001.webp", picture(1), lossless=True)
    assert rescan(collection, tmp_path, decoders) == (1, 0)
    assert by_name(collection)["new/0001.webp"]["id"] == rated


def test_a_lossy_conversion_is_offered_and_accepted(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    save(tmp_path / "fox.jpg", picture(1), quality=85)
    (tmp_path / "fox.png").unlink()
    assert rescan(collection, tmp_path, decoders) == (0, 1)
    assert by_name(collection)["fox.jpg"]["rating"] is None
    found = by_name(collection)["fox.jpg"]["id"]
    (offer,) = identity.list_offers(collection)
    assert (offer.missing_id, offer.found_id, offer.kind) == (rated, found, "likeness")
    assert (offer.missing_path, offer.found_path) == (str(tmp_path / "fox.png"), str(tmp_path / "fox.jpg"))
    with collection.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO album (identity, name, image_ids) VALUES ('a', 'A', :ids)"), {"ids": [rated]}
        )
    written = identity.accept(collection, rated, found)
    assert by_name(collection)["fox.jpg"]["rating"] == 9
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT image_ids FROM album")) == [rated, found]
    assert identity.list_offers(collection) == []
    assert rescan(collection, tmp_path, decoders) == (0, 0)
    undo(collection, written.journal_id)
    assert by_name(collection)["fox.jpg"]["rating"] is None


def test_a_declined_offer_never_comes_again(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    save(tmp_path / "fox.jpg", picture(1), quality=85)
    (tmp_path / "fox.png").unlink()
    rescan(collection, tmp_path, decoders)
    assert identity.decline(collection, rated) == 1
    assert rescan(collection, tmp_path, decoders) == (0, 0)
    assert identity.list_offers(collection) == []
    with pytest.raises(NotFound):
        identity.accept(collection, rated, by_name(collection)["fox.jpg"]["id"])


def test_what_has_a_rating_of_its_own_is_only_offered(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    save(tmp_path / "fox.webp", picture(1), lossless=True)
    (tmp_path / "fox.png").unlink()
    run(collection, tmp_path)
    rate(collection, "fox.webp", 2)
    assert identity.find_lost(collection, decoders) == (0, 1)
    assert by_name(collection)["fox.webp"]["rating"] == 2
    assert identity.list_offers(collection)[0].kind == "pixels"
    assert rated != by_name(collection)["fox.webp"]["id"]


def test_of_two_conversions_neither_is_taken_for_sure(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    save(tmp_path / "one" / "fox.webp", picture(1), lossless=True)
    save(tmp_path / "two" / "fox.bmp", picture(1))
    (tmp_path / "fox.png").unlink()
    assert rescan(collection, tmp_path, decoders) == (0, 2)
    assert {row["rating"] for row in by_name(collection).values()} == {None}
    assert rated not in {row["id"] for row in by_name(collection).values()}


def test_siblings_and_strangers_are_not_offered(
    collection: Collection, tmp_path: Path, rated: int, decoders: Decoders
) -> None:
    del rated
    (tmp_path / "fox.png").unlink()
    save(tmp_path / "later.png", picture(7), seed=7)
    save(tmp_path / "elsewhere" / "fox.png", picture(8), seed=8)
    assert rescan(collection, tmp_path, decoders) == (0, 0)


def test_pictures_of_one_colour_are_nobody_s(collection: Collection, tmp_path: Path, decoders: Decoders) -> None:
    save(tmp_path / "black.png", Image.new("RGB", (96, 64)), seed=1)
    save(tmp_path / "crow.png", picture(2), seed=2)
    run(collection, tmp_path)
    rate(collection, "black.png", 1)
    identity.hash_curated(collection, decoders)
    (tmp_path / "black.png").unlink()
    save(tmp_path / "again.webp", Image.new("RGB", (96, 64)), lossless=True)
    assert rescan(collection, tmp_path, decoders) == (0, 0)


def test_a_picture_that_cannot_be_decoded_is_tried_once(
    collection: Collection, tmp_path: Path, decoders: Decoders
) -> None:
    path = save(tmp_path / "fox.png", picture(1), seed=1)
    data = path.read_bytes()
    at = data.index(b"IDAT") + 40
    path.write_bytes(data[:at] + bytes(200) + data[at + 200 :])
    run(collection, tmp_path)
    rate(collection, "fox.png", 3)
    assert identity.hash_curated(collection, decoders) == 1
    assert identity.hash_curated(collection, decoders) == 0
    save(path, picture(1), seed=1)
    run(collection, tmp_path)
    assert identity.hash_curated(collection, decoders) == 1


def test_a_file_that_vanished_before_its_hashing_waits_for_the_scan(
    collection: Collection, tmp_path: Path, decoders: Decoders
) -> None:
    save(tmp_path / "fox.png", picture(1), seed=1)
    save(tmp_path / "crow.png", picture(2), seed=2)
    run(collection, tmp_path)
    rate(collection, "fox.png", 3)
    rate(collection, "crow.png", 4)
    (tmp_path / "fox.png").unlink()
    assert identity.hash_curated(collection, decoders) == 2
    assert identity.hash_curated(collection, decoders) == 0


def test_an_offline_root_loses_nothing(collection: Collection, tmp_path: Path, rated: int, decoders: Decoders) -> None:
    (tmp_path / "fox.png").unlink()
    save(tmp_path / "fox.webp", picture(1), lossless=True)
    run(collection, tmp_path)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE root SET state = 'unavailable'"))
    assert identity.find_lost(collection, decoders) == (0, 0)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE root SET state = 'available'"))
    assert identity.find_lost(collection, decoders) == (1, 0)
    assert by_name(collection)["fox.webp"]["id"] == rated
