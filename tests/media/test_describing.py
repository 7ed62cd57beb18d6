"""Keywords and descriptions in files: pixels, recipe and every other text stay, in files of every program."""

import dataclasses
import io
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import read_container
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.formats.xmp import packet_properties
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.media.describing import WRITERS, Description, backwards, changes, spliced
from diffusion_toolkit.media.describing.packet import described

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
BOOK = Path(__file__).parents[1] / "book" / "files"
ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
FILES = sorted(path for folder in (SAMPLES, BOOK) for path in folder.rglob("*.*") if path.suffix.lower() in ENDINGS)
WORDS = Description(tags=("a fox", "snow & <ice>"), text='A "red" fox.')
RECIPE_IN_DESCRIPTION = {"drawthings-description.png", "mflux-xmp.png", "mochidiffusion-6.png"}

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:7" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:my="urn:mine"
  d:description='it is "old" > new' my:text="two&#10;lines">
  <d:subject><rdf:Bag><rdf:li>old &amp; gold</rdf:li><rdf:li>fox</rdf:li></rdf:Bag></d:subject>
  <my:more rdf:parseType="Resource"><d:subject>inner</d:subject></my:more><!-- a note -->
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

TEXTS = st.text(max_size=30)


def described_file(data: bytes, form: str | None, words: Description = WORDS) -> bytes:
    source = Source.of_bytes(data)
    return b"".join(spliced(source, changes(source, form, words)))


def picture(form: str, mode: str, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (24, 40, 4), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_of_every_program_stay_what_they_are(path: Path, tmp_path: Path) -> None:
    data, before = path.read_bytes(), read_container(path)
    words = dataclasses.replace(WORDS, text=None) if path.name in RECIPE_IN_DESCRIPTION else WORDS
    new = described_file(data, before.format, words)
    (tmp_path / path.name).write_bytes(new)
    after = read_container(tmp_path / path.name)
    assert (after.pixels, after.width, after.height) == (before.pixels, before.width, before.height)
    assert record_of(after).recipe == record_of(before).recipe
    assert set(after.problems) <= set(before.problems)
    had, has = ({text.source: text.value for text in each.texts} for each in (before, after))
    assert has["xmp:dc:subject"] == "a fox, snow & <ice>"
    assert words.text is None or has["xmp:dc:description"] == words.text
    ours = {"xmp", "xmp:dc:subject", "xmp:dc:description"}
    assert {place: text for place, text in had.items() if place not in ours} == {
        place: text for place, text in has.items() if place not in ours
    }
    assert changes(Source.of_bytes(new), before.format, words) == []
    back = backwards(Source.of_bytes(data), changes(Source.of_bytes(data), before.format, words))
    assert b"".join(spliced(Source.of_bytes(new), back)) == data


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
        ("JPEG", "L", {"xmp": PACKET.encode(), "progressive": True}),
        ("WEBP", "RGB", {"quality": 50}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGBA", {"xmp": PACKET.encode() + b" "}),
        ("WEBP", "RGB", {"save_all": True, "append_images": [Image.new("RGB", (40, 24), "red")], "duration": 80}),
    ],
)
def test_another_decoder_sees_the_same_pixels_and_the_words(form: str, mode: str, options: dict[str, object]) -> None:
    data = picture(form, mode, **options)
    new = described_file(described_file(data, form.lower()), form.lower())
    with Image.open(io.BytesIO(data)) as old, Image.open(io.BytesIO(new)) as described_picture:
        assert (old.mode, old.size) == (described_picture.mode, described_picture.size)
        assert np.array_equal(np.asarray(old), np.asarray(described_picture))
        assert getattr(old, "n_frames", 1) == getattr(described_picture, "n_frames", 1)
        described_picture.load()
        packet = described_picture.info["xmp" if form != "PNG" else "XML:com.adobe.xmp"]
    found = packet_properties(packet if isinstance(packet, bytes) else packet.encode())
    assert (found["dc:subject"], found["dc:description"]) == ("a fox, snow & <ice>", 'A "red" fox.')


def test_what_else_a_packet_says_stays() -> None:
    new = described(PACKET.encode(), WORDS)
    found = packet_properties(new)
    assert (found["dc:subject"], found["dc:description"]) == ("a fox, snow & <ice>", 'A "red" fox.')
    assert found["my:text"] == "two\nlines"
    kept = (
        'my:text="two&#10;lines"',
        "<d:subject>inner</d:subject>",
        "<!-- a note -->",
        'id="W5M0MpCehiHzreSzNTczkc9d"',
    )
    assert all(part.encode() in new for part in kept)
    assert new.count(b'rdf:about="uuid:7"') == 2
    appended = described(PACKET.encode(), dataclasses.replace(WORDS, append=True, text=None))
    assert packet_properties(appended)["dc:subject"] == "old & gold, fox, a fox, snow & <ice>"
    assert packet_properties(appended)["dc:description"] == 'it is "old" > new'
    assert described(new, WORDS) == new
    assert b"dc:" not in described(described(None, WORDS), Description(tags=(), text=""))


@given(st.lists(TEXTS, max_size=4), TEXTS)
def test_any_words_are_read_again(tags: list[str], text: str) -> None:
    words = Description(tags=tuple(tags), text=text)
    once = described(None, words)
    assert described(once, words) == once
    found = packet_properties(once)
    allowed = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    assert found.get("dc:description", "").strip() == allowed.sub("", text).strip()


@pytest.mark.parametrize(
    "packet",
    [
        b"<x",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b"\xff\xfe<\0",
        b"<a>" * 5_000,
    ],
)
def test_a_packet_that_is_damaged_is_left_alone(packet: bytes) -> None:
    with pytest.raises(UnreadableFile):
        described(packet, WORDS)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_damaged_files_are_refused_wherever_they_end(form: str) -> None:
    whole = picture(form, "RGB")
    for end in range(12, len(whole) - 12, max(1, len(whole) // 60)):
        source = Source.of_bytes(whole[:end])
        try:
            found = changes(source, form.lower(), WORDS)
        except UnreadableFile:
            continue
        assert form == "JPEG"  # of which only what stands before the pixels is looked at
        assert whole[:end] == b"".join(
            spliced(Source.of_bytes(b"".join(spliced(source, found))), backwards(source, found))
        )


def test_other_formats_and_too_long_texts_are_told() -> None:
    with pytest.raises(UnreadableFile, match="PNG, JPEG and WebP files only"):
        changes(Source.of_bytes(b"GIF89a"), "gif", WORDS)
    with pytest.raises(UnreadableFile, match="longer than a JPEG file can hold"):
        described_file(picture("JPEG", "RGB"), "jpeg", Description(tags=None, text="x" * 70_000))
    assert sorted(WRITERS) == ["jpeg", "png", "webp"]


def test_a_compressed_packet_is_edited() -> None:
    data = picture("PNG", "RGB")
    body = b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(PACKET.encode())
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    new = described_file(data[:33] + chunk + data[33:], "png")
    with Image.open(io.BytesIO(new)) as described_picture:
        packet = described_picture.info["XML:com.adobe.xmp"]
    assert packet_properties(packet.encode())["my:text"] == "two\nlines"
