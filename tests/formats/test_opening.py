"""Files that are none, or not what their name says: one problem each, and nothing blocks."""

import os
from pathlib import Path

import pytest
from PIL import Image

from container_bytes import jpeg, png, text_chunk
from diffusion_toolkit.formats import REGISTRY, read_bytes, read_container


def test_a_folder_named_like_a_picture(tmp_path: Path) -> None:
    folder = tmp_path / "x.png"
    folder.mkdir()
    assert read_container(folder).problems == ("This is a folder, not a file.",)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.touch()
    assert read_container(path).problems == ("This file is empty.",)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert read_container(tmp_path / "x.png").problems == ("This file is not there.",)
    assert read_container("a\0b").problems == ("This is not a file name.",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    os.mkfifo(path)
    assert read_container(path).problems == ("This is not an ordinary file.",)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(png())
    path.chmod(0)
    assert read_container(path).problems == ("This file cannot be read: permission denied.",)


def test_a_text_named_like_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_text("a shopping list")
    container = read_container(path)
    assert container.problems == ("This file is not a picture or film in a format we know.",)
    assert (container.size_bytes, container.format) == (15, None)


def test_content_wins_over_the_extension_and_the_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.JPG"
    path.write_bytes(png(text_chunk("parameters", "kept")))
    container = read_container(path)
    assert container.format == "png"
    assert [text.value for text in container.texts] == ["kept"]
    assert container.problems == ("This is a PNG file with the extension .jpg.",)


@pytest.mark.parametrize("extension", [".jpg", ".JPEG", ".jfif", "", ".tmp"])
def test_right_and_unknown_extensions_are_no_problem(extension: str) -> None:
    assert read_bytes(jpeg(), name="a" + extension).problems == ()


@pytest.mark.parametrize(
    ("slug", "head"),
    [
        ("avif", b"\0\0\0\x1cftypavif\0\0\0\0mif1"),
        ("avif", b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif"),
        ("heif", b"\0\0\0\x18ftypheic\0\0\0\0mif1"),
        ("mp4", b"\0\0\0\x20ftypisom\0\0\2\0isom"),
        ("mov", b"\0\0\0\x14ftypqt  \0\0\2\0"),
        ("webm", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm"),
        ("mkv", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x88matroska"),
        ("avi", b"RIFF\0\0\0\0AVI LIST"),
        ("tiff", b"II*\0\x08\0\0\0"),
        ("tiff", b"MM\0*\0\0\0\x08"),
    ],
)
def test_the_first_bytes_tell_the_format(slug: str, head: bytes) -> None:
    assert read_bytes(head + b"\0" * 100).format == slug


@pytest.mark.parametrize("slug", ["gif", "bmp", "png", "jpeg", "webp", "tiff"])
def test_files_that_pillow_writes(slug: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{slug}"
    Image.new("RGB", (123, 45), "red").save(path)
    container = read_container(path)
    assert (container.format, container.problems) == (slug, ())
    if slug != "tiff":
        assert (container.width, container.height) == (123, 45)


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("file names are not bytes here")
    path = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    with open(path, "wb") as file:
        file.write(png())
    assert read_container(os.fsdecode(path)).problems == ()


def test_a_large_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png(pixels=b"\7" * 20_000_000, after=[text_chunk("parameters", "late")]))
    read: list[int] = []
    real = os.pread

    def counting(descriptor: int, count: int, offset: int) -> bytes:
        read.append(count)
        return real(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", counting)
    container = read_container(path)
    assert [text.value for text in container.texts] == ["late"]
    assert sum(read) < 1_000_000


def test_the_registry_names_everything_once() -> None:
    extensions = [extension for form in REGISTRY for extension in form.extensions]
    assert len(extensions) == len(set(extensions))
    assert len({form.slug for form in REGISTRY}) == len(REGISTRY)
