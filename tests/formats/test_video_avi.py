"""AVI: the facts and tags of films built to the specification."""

import pytest

import video_bytes as build
from diffusion_toolkit.formats import Container, read_bytes


def texts(container: Container) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in container.texts]


def test_an_avi_film() -> None:
    info = (
        build.chunk(b"ICMT", b'{"prompt": 1}\0'),
        build.chunk(b"INAM", b"Reel\0"),
        build.chunk(b"ISFT", b"Lavf61\0"),
    )
    container = read_bytes(build.avi(*info), name="fox.avi")
    assert (container.format, container.width, container.height) == ("avi", 64, 48)
    assert (container.duration_s, container.frame_rate) == (2.0, 24.0)
    assert (container.codec, container.audio_codec) == ("mpeg4", "mp3")
    assert texts(container) == [("avi:comment", '{"prompt": 1}'), ("avi:title", "Reel"), ("avi:encoder", "Lavf61")]
    assert container.problems == ()


def test_a_large_film_says_separately_how_many_frames_it_has() -> None:
    assert read_bytes(build.avi(all_frames=24 * 7200)).duration_s == 7200.0


def test_a_picture_that_is_stored_upside_down() -> None:
    container = read_bytes(build.avi(height=-48))
    assert (container.width, container.height) == (64, 48)


@pytest.mark.parametrize(("code", "name"), [(b"MJPG", "mjpeg"), (b"H264", "h264"), (bytes(4), "rawvideo")])
def test_codecs_of_pictures(code: bytes, name: str) -> None:
    assert read_bytes(build.avi(code=code)).codec == name


@pytest.mark.parametrize(("sound", "name"), [(1, "pcm"), (0xFF, "aac"), (0x2000, "ac3"), (0x1234, None)])
def test_codecs_of_sound(sound: int, name: str | None) -> None:
    assert read_bytes(build.avi(sound=sound)).audio_codec == name


def test_a_second_part_of_a_large_film() -> None:
    more = build.chunk(b"RIFF", b"AVIX", build.chunks(b"movi", b"1234"), build.chunk(b"JUNK", b""))
    assert read_bytes(build.avi() + more).problems == ()


def test_xmp() -> None:
    whole = build.avi()
    packet = build.chunk(b"_PMX", b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    data = build.chunk(b"RIFF", whole[8:] + packet)
    assert texts(read_bytes(data))[0][0] == "xmp"


def test_a_change_of_tags_keeps_the_digest_of_the_pixels() -> None:
    assert read_bytes(build.avi()).pixels == read_bytes(build.avi(build.chunk(b"ICMT", b"fox"))).pixels


def test_a_film_that_was_not_fully_copied() -> None:
    assert read_bytes(build.avi()[:-4]).problems == ("This AVI file is cut off: its end is missing.",)
