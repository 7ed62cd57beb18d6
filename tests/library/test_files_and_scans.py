"""Scans that run while files move make no second picture and lose none."""

import random
import threading
from pathlib import Path

from files_world import done, move, on_disk, places, present, scanned
from scan_pictures import QUICK, images, run

from diffusion_toolkit.library.files.renaming import plan_pattern
from diffusion_toolkit.store.database import Collection


def test_scans_and_moves_at_the_same_time(collection: Collection, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    ids = scanned(collection, one, *(f"a/{number}.png" for number in range(30)), "b/x.png", "keep.png")
    other = scanned(collection, two, "c/y.png", "keep.png")
    before = {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)}
    stop = threading.Event()
    scans: list[int] = []
    troubles: list[BaseException] = []

    def scan_on() -> None:
        try:
            while not stop.is_set():
                run(collection, one, QUICK)
                run(collection, two, QUICK)
                scans.append(1)
        except BaseException as error:  # noqa: BLE001  (shown below)
            troubles.append(error)

    scanner = threading.Thread(target=scan_on)
    scanner.start()
    chance = random.Random(7)
    folders = [one / "a", one / "b", two / "c"]
    chosen = [number for name, number in ids.items() if name != "keep.png"] + [other["c/y.png"]]
    for _ in range(15):
        some = chance.sample(chosen, 20)
        move(collection, some, chance.choice(folders), by_copy=chance.random() < 0.3)
        done(collection, plan_pattern(collection, some[:8], "{name}-{index}"))
    stop.set()
    scanner.join()
    assert troubles == []
    assert len(scans) >= 2
    assert {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)} == before
    assert len(images(collection)) == len(before), "a scan made a second picture"
    assert places(collection) == on_disk(one, two)
    assert run(collection, one, QUICK).get("new", 0) == 0
