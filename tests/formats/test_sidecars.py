"""Sidecars: which files beside a picture are its own, which it shares, and how they are read."""

import os
from pathlib import Path

import pytest

from container_bytes import png, text_chunk
from diffusion_toolkit.formats import Container, Text, caption_among, read_shared_sidecar, read_sidecars
from diffusion_toolkit.formats.folders import sidecar_stem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fox-0001.png").write_bytes(png(text_chunk("a", "b")))
    return tmp_path


def own(path: Path) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in read_sidecars(path, Container())]


def shared(path: Path) -> list[str]:
    return [text.value for text in read_shared_sidecar(path, Container())]


def test_same_name_another_extension_json_first(folder: Path) -> None:
    for name in ("fox-0001.txt", "fox-0001.caption", "fox-0001.yaml", "fox-0001.json", "fox-0002.txt"):
        (folder / name).write_text(name)
    assert own(folder / "fox-0001.png") == [
        ("sidecar:json", "fox-0001.json"),
        ("sidecar:yaml", "fox-0001.yaml"),
        ("sidecar:txt", "fox-0001.txt"),
        ("sidecar:caption", "fox-0001.caption"),
    ]


def test_the_json_that_stands_beside_every_film_of_swarmui(folder: Path) -> None:
    (folder / "fox-0001.swarm.json").write_text("of SwarmUI")
    (folder / "fox-0001.json").write_text("of another")
    assert own(folder / "fox-0001.png") == [("sidecar:json", "of SwarmUI"), ("sidecar:json", "of another")]


@pytest.mark.parametrize(
    ("name", "stem"), [("fox.swarm.json", "fox"), ("fox.png.JSON", "fox.png"), ("a.b.txt", "a.b"), ("fox", "fox")]
)
def test_the_stem_of_a_sidecar(name: str, stem: str) -> None:
    assert sidecar_stem(name) == stem


def test_the_whole_name_with_an_extension_goes_first(folder: Path) -> None:
    (folder / "fox-0001.png.json").write_text("of this one")
    (folder / "fox-0001.json").write_text("of either")
    (folder / "fox-0001.png.TXT").write_text("shouted")
    assert own(folder / "fox-0001.png") == [
        ("sidecar:json", "of this one"),
        ("sidecar:json", "of either"),
        ("sidecar:txt", "shouted"),
    ]


def test_a_path_given_relative_to_where_we_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "fox-0001.txt").write_text("a harbour")
    monkeypatch.chdir(folder)
    assert own(Path("fox-0001.png")) == [("sidecar:txt", "a harbour")]


@pytest.mark.parametrize(
    "data",
    [
        "Füchse, früh".encode(),
        "Füchse, früh".encode("utf-8-sig"),
        "Füchse, früh".encode("utf-16"),
        b"\xfe\xff" + "Füchse, früh".encode("utf-16-be"),
        "Füchse, früh".encode("utf-16-le"),
        "Füchse, früh".encode("latin-1"),
    ],
)
def test_encodings(folder: Path, data: bytes) -> None:
    (folder / "fox-0001.txt").write_bytes(data)
    assert own(folder / "fox-0001.png") == [("sidecar:txt", "Füchse, früh")]


def test_what_is_no_text_of_ordinary_size_is_left_alone(folder: Path) -> None:
    (folder / "fox-0001.caption").write_bytes(b"x" * (1024 * 1024 + 1))
    (folder / "fox-0001.yaml").write_bytes(b"PK\3\4 archive \0 of something")
    (folder / "fox-0001.txt").mkdir()
    (folder / "fox-0001.json").write_text("{}" + " " * 2_000_000)
    assert [source for source, _ in own(folder / "fox-0001.png")] == ["sidecar:json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_links_are_not_opened(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("secret")
    os.mkfifo(folder / "fox-0001.txt")
    (folder / "fox-0001.caption").symlink_to(secret)
    assert own(folder / "fox-0001.png") == []


def test_a_sidecar_that_comes_later_is_seen(folder: Path) -> None:
    assert own(folder / "fox-0001.png") == []
    (folder / "fox-0001.txt").write_text("a harbour")
    os.utime(folder, ns=(1, 12345))
    assert own(folder / "fox-0001.png") == [("sidecar:txt", "a harbour")]


def test_a_large_folder_that_changes_is_not_listed_for_each_picture(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1_000):
        (folder / f"gull-{number}.png").touch()
    assert own(folder / "fox-0001.png") == []
    listings: list[str] = []
    scan = os.scandir

    def noted(path: str) -> object:
        listings.append(path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", noted)
    for number in range(5):
        (folder / f"gull-{number}.txt").write_text("a gull")
        os.utime(folder, ns=(1, 1_000 + number))
        assert own(folder / f"gull-{number}.png") == [("sidecar:txt", "a gull")]
    assert listings == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert own(tmp_path / "gone" / "fox.png") == []
    assert shared(tmp_path / "gone" / "fox.png") == []


@pytest.mark.parametrize(
    ("text", "picture", "found"),
    [
        ("fox.txt", "fox-0001.png", True),
        ("fox-.txt", "fox-0001.png", True),
        ("fox-0.txt", "fox-0001.png", False),
        ("fo.txt", "fox-0001.png", False),
        ("fox.txt", "fox0001.png", True),
        ("photo1.txt", "photo10.png", False),
        ("photo1.txt", "photo1b.png", True),
        ("fox.json", "fox-0001.png", False),
        ("fox-0001.txt", "fox-0001.png", False),
        ("fox-0001-b.txt", "fox-0001.png", False),
    ],
)
def test_a_text_whose_name_begins_the_pictures(tmp_path: Path, text: str, picture: str, found: bool) -> None:
    (tmp_path / picture).touch()
    (tmp_path / text).write_text("a fox")
    assert shared(tmp_path / picture) == (["a fox"] if found else [])


def test_the_longest_name_wins_and_never_another_pictures_own(tmp_path: Path) -> None:
    for name in ("fox.png", "fox-a-1.png", "fox-b-1.png", "fox-c.jpg"):
        (tmp_path / name).touch()
    for name in ("fox.txt", "fox-a.txt", "fox-b.txt", "fox-c.jpg.txt"):
        (tmp_path / name).write_text(name)
    assert shared(tmp_path / "fox-a-1.png") == ["fox-a.txt"]
    assert shared(tmp_path / "fox-b-1.png") == ["fox-b.txt"]
    assert shared(tmp_path / "fox-c.jpg") == []


def test_the_caption_is_the_pictures_own_text() -> None:
    def text(kind: str, value: str, key: str | None = None) -> Text:
        return Text(key=key or kind, value=value, source=f"sidecar:{kind}")

    assert caption_among([text("json", "{}")]) is None
    assert caption_among([text("txt", " fox, harbour\0\n")]) == "fox, harbour"
    assert caption_among([text("txt", "fox"), text("caption", "a fox")]) == "a fox"
    assert caption_among([text("txt", "of the batch", key="shared")]) is None
    assert caption_among([Text(key="parameters", value="fox", source="png:parameters")]) is None
    assert len(caption_among([text("txt", "fox " * 100_000)]) or "") < 20_000
