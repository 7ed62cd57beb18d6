"""Several cards in one machine, made by the tests: what one of them cannot do, the others do."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from diffusion_toolkit.enrich.engine import batches, pipeline, runs
from diffusion_toolkit.enrich.engine.stage import Options, StageContext, StageFailed, StageKind
from diffusion_toolkit.enrich.runtimes.onnx import OutOfMemory
from diffusion_toolkit.enrich.stages import registry
from diffusion_toolkit.errors import NotInstalled
from diffusion_toolkit.store.database import Collection
from enrich.engine.world import Greys, done, kind, library, said, start, worked

UseCards = Callable[..., None]


@pytest.fixture
def use_cards(monkeypatch: pytest.MonkeyPatch) -> UseCards:
    """Let each of these stages be what is opened on one card."""

    def use(*cards: Greys) -> None:
        def open_on(options: Options, context: StageContext) -> tuple[Greys, ...]:
            number = context.runtime.device_id
            if number >= len(cards):
                raise NotInstalled("There is no such card.")
            return (cards[number],)

        planned = kind(cards[0])
        chosen = StageKind(name=planned.name, check=planned.check, plan=planned.plan, open=open_on)
        monkeypatch.setattr(registry, "KINDS", (chosen,))

    return use


def card(look: Callable[[list[int]], object] = lambda greys: None, version: str = "1") -> Greys:
    return Greys(device="cuda", infer_first=look, version=version)


def raises(error: Exception) -> Callable[[list[int]], None]:
    def look(greys: list[int]) -> None:
        raise error

    return look


@pytest.mark.parametrize(
    ("error", "times"),
    [(RuntimeError("CUDA error 719"), 3), (OutOfMemory("None is left."), 1), (StageFailed("Gone."), 1)],
)
def test_the_pictures_of_a_card_that_fails_go_to_the_others(
    collection: Collection,
    tmp_path: Path,
    use_cards: UseCards,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    times: int,
) -> None:
    monkeypatch.setattr(batches, "MOST_IN_A_ROW", 3)
    monkeypatch.setattr(pipeline, "AT_ONCE", 1)
    failed = threading.Semaphore(0)

    def fails(greys: list[int]) -> None:
        failed.release()
        raise error

    def waits(greys: list[int]) -> None:
        if not good.batches:
            assert all(failed.acquire(timeout=20) for _ in range(times))

    good, bad = card(waits), card(fails)
    use_cards(good, bad)
    ids = library(collection, tmp_path / "pictures", 40)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed, runs.failures(collection)) == ("done", 40, 0, [])
    assert said(collection) == {image_id: (f"grey {value}",) for value, image_id in enumerate(ids)}
    assert sorted(value for batch in good.batches for value in batch) == list(range(40))
    (notice,) = run.notices
    assert notice.startswith("Device 2 (cuda) stopped: ")
    assert str(error) in notice
    assert (good.closed, bad.closed) == (1, 1)


def test_a_card_without_room_for_two_batches_goes_on_with_one(
    collection: Collection, tmp_path: Path, use_cards: UseCards
) -> None:
    both = threading.Barrier(2)
    full = threading.Lock()

    def look(greys: list[int]) -> None:
        if not stage.batches:
            both.wait(20)  # both threads are here
            if full.acquire(blocking=False):
                raise OutOfMemory("There is room for one.")

    stage = card(look)
    use_cards(stage)
    run = done(collection, library(collection, tmp_path / "pictures", 12), tmp_path)
    assert (run.state, run.done, run.failed, run.notices) == ("done", 12, 0, ())


def test_when_the_last_card_fails_the_run_stops_and_no_picture_counts_as_failed(
    collection: Collection, tmp_path: Path, use_cards: UseCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_IN_A_ROW", 5)
    use_cards(card(raises(RuntimeError("CUDA error 719"))), card(raises(RuntimeError("CUDA error 719"))))
    ids = library(collection, tmp_path / "pictures", 40)
    run_id = start(collection, ids, tmp_path)
    with pytest.raises(StageFailed, match="5 pictures in a row: RuntimeError: CUDA error 719"):
        worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done, run.failed, runs.failures(collection)) == ("failed", 0, 0, [])
    use_cards(card())
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    assert (runs.get_run(collection, run_id).done, len(said(collection))) == (40, 40)


def test_a_picture_that_no_card_can_do_fails_alone(collection: Collection, tmp_path: Path, use_cards: UseCards) -> None:
    def no_fives(greys: list[int]) -> None:
        if 5 in greys:
            raise ZeroDivisionError("no fives")

    use_cards(card(no_fives), card(no_fives))
    ids = library(collection, tmp_path / "pictures", 12)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed, run.notices) == ("done", 11, 1, ())
    assert [row.image_id for row in runs.failures(collection)] == [ids[5]]


def test_cards_that_opened_different_models_do_not_work_together(
    collection: Collection, tmp_path: Path, use_cards: UseCards
) -> None:
    use_cards(card(), card(version="2"))
    run_id = start(collection, library(collection, tmp_path / "pictures", 2), tmp_path)
    with pytest.raises(StageFailed, match="was replaced while it was loaded"):
        worked(collection, run_id, tmp_path)
    assert said(collection) == {}
