"""People who change their library while a run looks at the same pictures: their word stays, and nothing is lost."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.stage import StageFailed
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK, ScanOptions
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.store.database import Collection
from enrich.engine.world import Use, done, library, said, start, worked


@pytest.mark.parametrize("moment", ["write_first", "write_last"])
def test_a_tag_taken_away_during_a_commit_stays_away_and_the_commit_is_whole(
    collection: Collection, tmp_path: Path, use: Use, moment: str
) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    use()
    done(collection, ids, tmp_path)
    taking = threading.Thread(target=tag_images, args=(collection, [ids[1]], Tagging(remove=["grey 1"])))

    def meanwhile(committed: list[int]) -> None:
        if not taking.ident:
            taking.start()
            taking.join(0.3)  # it waits for the commit, or is done

    use(version="2", more=("new",), **{moment: meanwhile})
    assert done(collection, ids, tmp_path).done == 3
    taking.join(20)
    assert not taking.is_alive()
    assert said(collection) == {ids[0]: ("grey 0", "new"), ids[1]: ("new",), ids[2]: ("grey 2", "new")}
    use(version="3")
    done(collection, ids, tmp_path)
    assert ids[1] not in said(collection)


def test_a_picture_that_moves_while_it_is_claimed_is_looked_at_where_it_is(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 3, (QUICK, DEEP))
    with collection.begin() as connection:
        root_id = connection.scalar(sa.text("SELECT id FROM root"))

    def move(greys: list[int]) -> None:
        if not (folder / "new").exists():
            (folder / "new").mkdir()
            (folder / "002.png").rename(folder / "new" / "2.png")
            for _ in scan(collection, root_id, ScanOptions(workers=1)):
                pass

    use(prepare_first=move)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 3, 0)
    assert said(collection)[ids[2]] == ("grey 2",)


def test_a_picture_that_is_gone_is_looked_at_when_it_is_there_again(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 3)
    use()
    (folder / "001.png").rename(tmp_path / "away.png")
    run = done(collection, ids, tmp_path)
    assert (run.done, run.failed) == (2, 1)
    assert [(row.cause, row.message) for row in runs.failures(collection)] == [("file", "The file is not there.")]
    (tmp_path / "away.png").rename(folder / "001.png")
    run = done(collection, ids, tmp_path)
    assert (run.total, run.done, runs.failures(collection)) == (1, 1, [])


def test_a_picture_deleted_while_it_is_looked_at_leaves_nothing(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 3)

    def delete(greys: list[int]) -> None:
        with collection.begin() as connection:
            connection.execute(sa.text("DELETE FROM image WHERE id = :id"), {"id": ids[0]})

    use(fixed_batch=3, infer_first=delete)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 2, 0)
    assert said(collection) == {ids[1]: ("grey 1",), ids[2]: ("grey 2",)}


def test_an_empty_mount_point_is_a_drive_that_is_away(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 3)
    run_id = start(collection, ids, tmp_path)
    folder.rename(tmp_path / "away")
    folder.mkdir()
    with pytest.raises(StageFailed, match="pictures is not connected"):
        worked(collection, run_id, tmp_path)
    assert runs.failures(collection) == []


def test_a_model_replaced_in_the_middle_of_a_run_is_noted_of_each_picture(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    ids = library(collection, tmp_path / "pictures", 30)
    use()
    run_id = start(collection, ids, tmp_path)

    def fails(some: list[int]) -> None:
        if some[0] > 4:
            raise StageFailed("the card fell off")

    use(fixed_batch=1, infer_first=fails)
    with pytest.raises(StageFailed):
        worked(collection, run_id, tmp_path)
    before = runs.get_run(collection, run_id).done
    assert 0 < before < 30
    use(version="2", more=("new",))
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    assert sum("new" in tags for tags in said(collection).values()) == 30 - before
    again = done(collection, ids, tmp_path)
    assert (again.total, again.done) == (before, before)
    assert all("new" in tags for tags in said(collection).values())
