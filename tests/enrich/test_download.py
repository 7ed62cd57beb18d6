"""Models from a hub: real transfers over HTTP on this machine, and everything that can go wrong with them."""

import hashlib
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from diffusion_toolkit import __version__
from diffusion_toolkit.enrich.models.catalogue import described
from diffusion_toolkit.enrich.models.description import LABELS, NETWORK, ModelDescription, ModelFile
from diffusion_toolkit.enrich.models.download import Pulled, WrongDigest, open_hub, pull
from diffusion_toolkit.errors import Cancelled, NoSpace, NotFound, NotInstalled, Refused, ServiceFailed, UsageError
from diffusion_toolkit.progress import Progress
from enrich.hub_server import Hub, Served, serving

MIB = 2**20
NETWORK_BYTES = random.Random(6).randbytes(25 * MIB)  # the same in every process
LABELS_BYTES = b"tag_id,name,category,count\n1,solo,0,5\n"
REPOSITORY = "SmilingWolf/wd-vit-tagger-v3"


def _no_pause(_: float) -> None:
    """Go on at once."""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """huggingface_hub waits a second before each attempt."""
    monkeypatch.setattr("huggingface_hub.file_download.time", SimpleNamespace(sleep=_no_pause))


@pytest.fixture
def hub() -> Iterator[Hub]:
    files = {
        f"{REPOSITORY}/model.onnx": Served(NETWORK_BYTES),
        f"{REPOSITORY}/selected_tags.csv": Served(LABELS_BYTES, large=False),
    }
    with serving(files) as found:
        yield found


def model(*, known: bool = True, revision: str | None = None) -> ModelDescription:
    """A model of the catalogue with the files that are served here. known: whether the catalogue has their digests."""

    def file(role: str, path: str, data: bytes) -> ModelFile:
        digits = hashlib.sha256(data).hexdigest() if known else None
        return ModelFile(role=role, path=path, size_bytes=len(data) if known else None, sha256=digits, source="test")

    files = (file(NETWORK, "model.onnx", NETWORK_BYTES), file(LABELS, "selected_tags.csv", LABELS_BYTES))
    whole = described("wd-vit-v3")
    return replace(whole, files=files, revision=revision or whole.revision)


def pulled(wanted: ModelDescription, folder: Path, hub: Hub, seen: list[Progress] | None = None) -> Pulled:
    work = pull(wanted, folder, open_hub(hub.url))
    while True:
        try:
            progress = next(work)
            if seen is not None:
                seen.append(progress)
        except StopIteration as end:
            return end.value


def left(folder: Path) -> list[tuple[str, int]]:
    """What lies in the folder: names and sizes, without locks."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in files)


def test_a_model_is_fetched_verified_and_put_in_its_place(tmp_path: Path, hub: Hub) -> None:
    seen: list[Progress] = []
    found = pulled(model(), tmp_path, hub, seen)
    assert [file.verified_by for file in found.files] == ["catalogue", "catalogue"]
    assert [file.fetched_bytes for file in found.files] == [len(NETWORK_BYTES), len(LABELS_BYTES)]
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES
    assert (tmp_path / "wd-vit-v3" / "selected_tags.csv").read_bytes() == LABELS_BYTES
    assert len(left(tmp_path)) == 2
    assert {progress.stage for progress in seen} == {"fetch", "hashes"}
    assert max(progress.done for progress in seen) == 25
    revision = described("wd-vit-v3").revision
    assert ("HEAD", f"/{REPOSITORY}/resolve/{revision}/model.onnx", "") in hub.asked


def test_nothing_of_this_machine_is_told(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._auth.get_token", lambda: "hf_secret")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pulled(model(), tmp_path, hub)
    assert hub.headers
    for headers in hub.headers:
        assert "authorization" not in headers
        assert headers["user-agent"] == f"diffusion-toolkit/{__version__}"


def test_what_is_here_is_not_fetched_again(tmp_path: Path, hub: Hub) -> None:
    pulled(model(), tmp_path, hub)
    hub.asked.clear()
    found = pulled(model(), tmp_path, hub)
    assert [file.fetched_bytes for file in found.files] == [0, 0]
    assert hub.asked == []
    (tmp_path / "wd-vit-v3" / "model.onnx").write_bytes(b"damaged")
    assert [file.fetched_bytes for file in pulled(model(), tmp_path, hub).files] == [len(NETWORK_BYTES), 0]


def test_a_connection_that_is_cut_is_gone_on_with(tmp_path: Path, hub: Hub) -> None:
    hub.files[f"{REPOSITORY}/model.onnx"].cut_after = [11 * MIB, 2 * MIB]
    found = pulled(model(), tmp_path, hub)
    assert found.files[0].fetched_bytes == len(NETWORK_BYTES)
    assert hub.ranges()[0] == ""
    assert hub.ranges()[1] == f"bytes={10 * MIB}-"
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES


def test_a_transfer_that_fails_is_gone_on_with_the_next_time(tmp_path: Path, hub: Hub) -> None:
    served = hub.files[f"{REPOSITORY}/model.onnx"]
    served.cut_after = [12 * MIB, *([0] * 40)]
    with pytest.raises(ServiceFailed):
        pulled(model(), tmp_path, hub)
    ((name, size),) = left(tmp_path)
    assert name.startswith(".incoming/wd-vit-v3/model.onnx.")
    assert size == 10 * MIB
    served.cut_after = []
    hub.asked.clear()
    assert pulled(model(), tmp_path, hub).files[0].fetched_bytes == len(NETWORK_BYTES) - 10 * MIB
    assert hub.ranges() == [f"bytes={10 * MIB}-"]
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES


def pull_as_a_process(url: str, folder: str) -> None:
    """What a process does that will be killed."""
    for _ in pull(model(), Path(folder), open_hub(url)):
        pass


def test_a_process_that_is_killed_leaves_what_came(tmp_path: Path, hub: Hub) -> None:
    served = hub.files[f"{REPOSITORY}/model.onnx"]
    served.stall_after = 21 * MIB
    process = get_context("spawn").Process(target=pull_as_a_process, args=(hub.url, str(tmp_path)))
    process.start()
    deadline = time.monotonic() + 60
    while [size for _, size in left(tmp_path)] != [20 * MIB] and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.join()
    served.stall_after = None
    assert pulled(model(), tmp_path, hub).files[0].fetched_bytes == len(NETWORK_BYTES) - 20 * MIB
    assert hub.ranges()[-1] == f"bytes={20 * MIB}-"
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES


def test_a_hub_without_ranges_begins_again(tmp_path: Path, hub: Hub) -> None:
    served = hub.files[f"{REPOSITORY}/model.onnx"]
    served.cut_after = [12 * MIB]
    served.ignores_ranges = True
    pulled(model(), tmp_path, hub)
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES


def test_bytes_that_are_wrong_are_deleted(tmp_path: Path, hub: Hub) -> None:
    served = hub.files[f"{REPOSITORY}/model.onnx"]
    served.claimed = served.sha256
    served.data = b"x" * len(NETWORK_BYTES)
    with pytest.raises(WrongDigest, match="deleted"):
        pulled(model(), tmp_path, hub)
    assert left(tmp_path) == []
    with pytest.raises(WrongDigest, match="deleted"):
        pulled(model(known=False), tmp_path, hub)
    assert left(tmp_path) == []


def test_more_bytes_than_there_are_do_not_fill_the_disk(tmp_path: Path, hub: Hub) -> None:
    hub.files[f"{REPOSITORY}/model.onnx"].added = bytes(100 * MIB)
    with pytest.raises(ServiceFailed, match="more than it said"):
        pulled(model(), tmp_path, hub)
    assert sum(size for _, size in left(tmp_path)) <= len(NETWORK_BYTES)


def test_a_hub_that_says_it_has_another_file_is_not_asked_for_it(tmp_path: Path, hub: Hub) -> None:
    hub.files[f"{REPOSITORY}/model.onnx"] = Served(b"another network")
    with pytest.raises(WrongDigest, match="Nothing was fetched"):
        pulled(model(), tmp_path, hub)
    assert hub.ranges() == []


def test_where_we_know_no_digest_the_hub_is_believed_and_it_is_said(tmp_path: Path, hub: Hub) -> None:
    found = pulled(model(known=False), tmp_path, hub)
    assert [file.verified_by for file in found.files] == ["hub", "hub"]
    served = hub.files[f"{REPOSITORY}/selected_tags.csv"] = Served(LABELS_BYTES, large=False, cut_after=[])
    assert found.files[1].path.read_bytes() == served.data


def test_what_the_hub_does_not_have_is_named(tmp_path: Path, hub: Hub) -> None:
    with pytest.raises(NotFound, match="revision"):
        pulled(model(revision="gone"), tmp_path, hub)
    del hub.files[f"{REPOSITORY}/model.onnx"]
    with pytest.raises(NotFound, match=r"no such file: .*model\.onnx"):
        pulled(model(), tmp_path, hub)
    hub.files.clear()
    with pytest.raises(NotFound, match="no such repository"):
        pulled(model(), tmp_path, hub)
    assert left(tmp_path) == []


def test_an_error_of_the_hub_and_a_hub_that_is_not_there_are_told(tmp_path: Path, hub: Hub) -> None:
    hub.files[f"{REPOSITORY}/model.onnx"].status = 500
    with pytest.raises(ServiceFailed, match="status 500"):
        pulled(model(), tmp_path, hub)
    hub.url = "http://127.0.0.1:1"
    with pytest.raises(ServiceFailed, match="cannot be reached"):
        pulled(model(), tmp_path, hub)


def test_it_can_be_stopped_and_gone_on_with(tmp_path: Path, hub: Hub) -> None:
    hub.files[f"{REPOSITORY}/model.onnx"].cut_after = [12 * MIB, *([0] * 400)]
    part = tmp_path / ".incoming" / "wd-vit-v3"

    def stopped() -> bool:
        return any(path.stat().st_size >= 10 * MIB for path in part.glob("*.part"))

    with pytest.raises(Cancelled):
        for _ in pull(model(), tmp_path, open_hub(hub.url), stopped):
            pass
    assert [size for _, size in left(tmp_path)] == [10 * MIB]
    hub.files[f"{REPOSITORY}/model.onnx"].cut_after = []
    pulled(model(), tmp_path, hub)
    assert (tmp_path / "wd-vit-v3" / "model.onnx").read_bytes() == NETWORK_BYTES


def test_a_disk_without_room_is_told_before(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    full: Callable[[object], object] = lambda _: type("Usage", (), {"free": 3 * MIB})  # noqa: E731
    monkeypatch.setattr("diffusion_toolkit.enrich.models.download.shutil.disk_usage", full)
    with pytest.raises(NoSpace, match="25 are needed"):
        pulled(model(), tmp_path, hub)


def test_a_disk_that_fills_up_is_told(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("diffusion_toolkit.enrich.models.hub.Part.write", full)
    with pytest.raises(NoSpace, match="disk is full"):
        pulled(model(), tmp_path, hub)


def test_two_processes_do_not_fetch_the_same_model(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / ".incoming").mkdir()
    with FileLock(tmp_path / ".incoming" / "wd-vit-v3.lock"), pytest.raises(Refused, match="Another process"):
        pulled(model(), tmp_path, hub)


@pytest.mark.parametrize(
    "endpoint", ["huggingface.co", "ftp://huggingface.co", "http://example.com", "https://u:p@x.org"]
)
def test_addresses_that_are_none_are_refused(endpoint: str) -> None:
    with pytest.raises(UsageError):
        open_hub(endpoint)


def test_without_the_library_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "diffusion_toolkit.enrich.models.hub", raising=False)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(NotInstalled, match=r"diffusion-toolkit\[enrich\]"):
        open_hub("https://huggingface.co")
