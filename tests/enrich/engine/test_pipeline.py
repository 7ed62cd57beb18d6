"""The pipeline by itself: cards are never idle between batches, memory stays bounded, texts come with pictures."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from diffusion_toolkit.enrich.engine.pipeline import Outcome, Picture, Pipeline
from diffusion_toolkit.enrich.engine.stage import Given
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_texts import texts_of
from enrich.engine.world import Greys, library


class Some:
    """So many pictures, one at a time; counts how many were asked for."""

    def __init__(self, pictures: list[Picture]) -> None:
        self._pictures: Iterator[Picture] = iter(pictures)
        self.asked = 0

    def more(self) -> list[Picture] | None:
        self.asked += 1
        found = next(self._pictures, None)
        return None if found is None else [found]


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    made = Decoders(1)
    yield made
    made.close()


def pictures(collection: Collection, folder: Path, count: int, stage: str = "greys") -> list[Picture]:
    ids = library(collection, folder, count)
    with collection.begin() as connection:
        return [Picture(claimed=each) for each in items.places(connection, np.array(ids), [stage])]


def test_a_card_has_two_batches_and_a_processor_one(collection: Collection, tmp_path: Path, decoders: Decoders) -> None:
    some = pictures(collection, tmp_path / "pictures", 4)
    both = threading.Barrier(2)
    # fixed_batch is what a stage asks for that has its own way of being asked.
    for device, at_once in (("cuda", 2), ("cpu", 1)):
        most = [0, 0]

        def look(greys: list[int], device: str = device, most: list[int] = most) -> None:
            most[0] += 1
            most[1] = max(most[1], most[0])
            if device == "cuda":
                both.wait(20)  # both threads are here at once, or this fails
            most[0] -= 1

        pipeline = Pipeline([(Greys(device=device, infer_first=look),)], Some(some), decoders, 1)
        outcomes = [each for each in pipeline.outcomes() if each is not None]
        pipeline.stop()
        assert len(outcomes) == 4
        assert most[1] == at_once


def test_decoding_stops_when_two_batches_wait(collection: Collection, tmp_path: Path, decoders: Decoders) -> None:
    some = Some(pictures(collection, tmp_path / "pictures", 30))
    go_on = threading.Event()

    def wait(greys: list[int]) -> None:
        go_on.wait(20)

    pipeline = Pipeline([(Greys(fixed_batch=3, infer_first=wait),)], some, decoders, 1)
    said = pipeline.outcomes()
    next(said)
    asked = -1
    while some.asked != asked:  # until nothing more is asked for
        asked = some.asked
        time.sleep(0.5)
    assert asked <= 3 + 2 * 3 + 1  # looked at, waiting, in hand
    go_on.set()
    assert sum(each is not None for each in said) == 30
    assert pipeline.stop() == []


def test_what_was_said_and_not_heard_is_not_lost(collection: Collection, tmp_path: Path, decoders: Decoders) -> None:
    some = pictures(collection, tmp_path / "pictures", 6)
    pipeline = Pipeline([(Greys(fixed_batch=1),)], Some(some), decoders, 1)
    heard: list[Outcome] = []
    for outcome in pipeline.outcomes():
        if outcome is not None:
            heard.append(outcome)
            break
    heard += pipeline.stop()
    assert len({each.claimed.image_id for each in heard}) == len(heard)
    assert all(each.result == f"grey {each.claimed.name[:3].lstrip('0') or 0}" for each in heard)


def test_texts_about_a_picture_come_with_it(collection: Collection, tmp_path: Path, decoders: Decoders) -> None:
    (picture,) = pictures(collection, tmp_path / "pictures", 1)
    image_id = picture.claimed.image_id
    tag_images(collection, [image_id], Tagging(add=["Night sky", "fox"]))
    with collection.begin() as connection:
        texts = texts_of(connection, [image_id], ("prompt", "tags"))
    assert texts == {image_id: {"tags": "night sky, fox"}} or texts == {image_id: {"tags": "Night sky, fox"}}

    class Reader(Greys):
        def prepare(self, given: Given) -> int:
            assert given.pixels is None
            return len(given.texts["tags"])

    stage = Reader(pixels=None, texts=("tags",))
    asked = Some([Picture(claimed=picture.claimed, texts=texts[image_id])])
    pipeline = Pipeline([(stage,)], asked, decoders, 1)
    (outcome,) = [each for each in pipeline.outcomes() if each is not None]
    pipeline.stop()
    assert outcome.result == "grey 14"
