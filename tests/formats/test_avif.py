"""AVIF and HEIF: size, turning, EXIF and XMP, wherever the picture keeps them."""

import io
import struct

import pytest
from PIL import Image, features

import video_bytes as build
from container_bytes import USER_COMMENT, exif
from diffusion_toolkit.formats import Container, read_bytes

BLOCK = exif({0x010E: b"a harbour"}, sub={USER_COMMENT: b"UNICODE\0" + "a fox".encode("utf-16-be")})
PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
HEIC = b"heic\0\0\0\0mif1heic"


def texts(container: Container) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in container.texts if not text.source.startswith("xmp:")]


@pytest.mark.parametrize("in_meta", [False, True])
@pytest.mark.parametrize(("brands", "kind"), [(b"avif\0\0\0\0avifmif1", "avif"), (HEIC, "heif")])
def test_size_and_texts(brands: bytes, kind: str, in_meta: bool) -> None:
    container = read_bytes(build.still(exif=BLOCK, xmp=PACKET, brands=brands, in_meta=in_meta))
    assert (container.format, container.width, container.height) == (kind, 64, 48)
    assert texts(container) == [
        ("exif:ImageDescription", "a harbour"),
        ("exif:UserComment", "a fox"),
        ("xmp", PACKET.decode()),
    ]
    assert container.problems == ()
    assert (container.duration_s, container.codec) == (None, None)


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        (b"mif1\0\0\0\0miafavif", "avif"),
        (b"mif1\0\0\0\0miafheic", "heif"),
        (b"msf1\0\0\0\0avis", "avif"),
        (b"heix\0\0\0\0mif1", "heif"),
    ],
)
def test_brands(brands: bytes, kind: str) -> None:
    assert read_bytes(build.still(exif=BLOCK, brands=brands)).format == kind


@pytest.mark.parametrize(("turns", "size"), [(0, (64, 48)), (1, (48, 64)), (2, (64, 48)), (3, (48, 64))])
def test_a_picture_on_its_side(turns: int, size: tuple[int, int]) -> None:
    container = read_bytes(build.still(exif=BLOCK, turns=turns))
    assert (container.width, container.height) == size


def test_a_change_of_texts_keeps_the_digest_of_the_pixels() -> None:
    plain, described = read_bytes(build.still(exif=BLOCK)), read_bytes(build.still(exif=BLOCK, xmp=PACKET))
    assert plain.pixels == described.pixels
    assert plain.pixels is not None


def test_a_camera_raw_file_is_not_taken_for_a_film() -> None:
    assert read_bytes(build.box(b"ftyp", b"crx \0\0\0\1crx isom") + build.movie()).format is None


def test_a_picture_that_was_not_fully_copied() -> None:
    whole = build.still(exif=BLOCK)
    assert read_bytes(whole[:-4]).problems == ("This AVIF file is cut off: its end is missing.",)
    missing = read_bytes(build.box(b"ftyp", b"avif\0\0\0\0avif")).problems
    assert missing == ("This AVIF file is damaged or cut off: it holds no picture.",)


def test_a_list_of_texts_without_end_is_not_read() -> None:
    many = 60_000
    entries = b"".join(build.full(b"infe", struct.pack(">HH", n + 1, 0), b"Exif\0", version=2) for n in range(many))
    rows = b"".join(struct.pack(">HHHII", n + 1, 0, 1, 0, 0) for n in range(many))
    meta = build.full(
        b"meta",
        build.full(b"iinf", struct.pack(">H", many), entries),
        build.full(b"iloc", b"\x44\0", struct.pack(">H", many), rows),
    )
    data = build.box(b"ftyp", b"avif\0\0\0\0avif") + meta + bytes(1_000_000)
    assert len(read_bytes(data).problems) == 1


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow cannot write AVIF")
def test_a_file_that_libavif_wrote() -> None:
    file = io.BytesIO()
    pictures = [Image.new("RGB", (80, 56), (20 * number, 90, 30)) for number in range(4)]
    pictures[0].save(file, "AVIF", save_all=True, append_images=pictures[1:], duration=250, exif=BLOCK)
    container = read_bytes(file.getvalue())
    assert (container.format, container.width, container.height) == ("avif", 80, 56)
    assert (container.duration_s, container.frame_rate) == (1.0, 4.0)
    assert ("exif:UserComment", "a fox") in texts(container)
