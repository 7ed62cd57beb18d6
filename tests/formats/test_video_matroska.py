"""Matroska and WebM: the facts and tags of films built to the specification."""

import struct

import pytest

import video_bytes as build
from diffusion_toolkit.formats import Container, read_bytes

TAGS, CUES = 0x1254C367, 0x1C53BB6B


def texts(container: Container) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in container.texts]


def test_a_webm_film() -> None:
    container = read_bytes(build.webm(build.simple_tag("COMMENT", "a fox")), name="fox.webm")
    assert (container.format, container.width, container.height) == ("webm", 64, 48)
    assert (container.duration_s, container.frame_rate) == (2.0, 24.0)
    assert (container.codec, container.audio_codec) == ("vp9", "opus")
    assert texts(container) == [("webm:comment", "a fox")]
    assert container.problems == ()
    assert container.pixels is not None


def test_the_document_type_decides() -> None:
    assert read_bytes(build.webm(kind="matroska")).format == "mkv"


def test_names_of_tags_in_any_case_and_within_others() -> None:
    inner = build.simple_tag("Workflow", '{"nodes": []}')
    container = read_bytes(build.webm(build.simple_tag("PROMPT", '{"1": {}}', inner), kind="matroska"))
    assert texts(container) == [("mkv:prompt", '{"1": {}}'), ("mkv:workflow", '{"nodes": []}')]


def test_tags_of_one_track_are_not_the_films() -> None:
    data = build.head("webm") + build.segment(
        build.INFO, build.webm_tracks(), build.tags(build.simple_tag("comment", "x"), track=7), build.cluster()
    )
    assert texts(read_bytes(data)) == []


def test_the_title_of_the_film() -> None:
    info = build.element(0x1549A966, build.element(0x7BA9, "Möwen".encode()))
    data = build.head("webm") + build.segment(info, build.webm_tracks(), build.cluster())
    assert texts(read_bytes(data)) == [("webm:title", "Möwen")]


def test_tags_behind_the_clusters_are_found_through_the_index() -> None:
    behind = [(TAGS, build.tags(build.simple_tag("COMMENT", "late")))]
    data = build.head("webm") + build.indexed((build.INFO, build.webm_tracks(), build.cluster() * 3), tuple(behind))
    container = read_bytes(data)
    assert texts(container) == [("webm:comment", "late")]
    assert container.problems == ()


def test_tags_behind_what_the_index_knows() -> None:
    cues = (CUES, build.element(CUES))
    whole = build.indexed((build.INFO, build.webm_tracks(), build.cluster()), (cues,))
    content = whole[12:] + build.tags(build.simple_tag("COMMENT", "later"))
    assert texts(read_bytes(build.head("webm") + build.segment(content))) == [("webm:comment", "later")]


@pytest.mark.parametrize("unknown", [False, True])
def test_tags_behind_the_clusters_without_an_index(unknown: bool) -> None:
    tags = build.tags(build.simple_tag("COMMENT", "late"))
    clusters = [build.cluster(unknown=unknown)] * 3
    parts = (build.INFO, build.webm_tracks(), *clusters, tags)
    container = read_bytes(build.head("webm") + build.segment(*parts, unknown=unknown))
    assert texts(container) == [("webm:comment", "late")]
    assert container.problems == ()


def test_an_index_that_leads_in_a_circle_or_nowhere() -> None:
    index = build.element(
        0x114D9B74,
        *(
            build.element(0x4DBB, build.element(0x53AC, place.to_bytes(8, "big")))
            for place in (0, 0, 1, 2**60, 40, 2**64 - 1)
        ),
    )
    data = build.head("webm") + build.segment(index, build.INFO, build.webm_tracks(), build.cluster())
    container = read_bytes(data)
    assert (container.width, container.problems) == (64, ())


def test_a_change_of_tags_keeps_the_digest_of_the_pixels() -> None:
    def film(comment: str) -> bytes:
        behind = ((CUES, build.element(CUES)), (TAGS, build.tags(build.simple_tag("COMMENT", comment))))
        return build.head("webm") + build.indexed((build.INFO, build.webm_tracks(), build.cluster()), behind)

    assert read_bytes(film("a")).pixels == read_bytes(film("a much longer text")).pixels


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("V_MPEG4/ISO/AVC", "h264"),
        ("V_MPEGH/ISO/HEVC", "hevc"),
        ("V_AV1", "av1"),
        ("V_VP8", "vp8"),
        ("V_FFV1", "ffv1"),
        ("V_PRORES", "prores"),
    ],
)
def test_codecs_of_pictures(codec: str, name: str) -> None:
    data = build.head("matroska") + build.segment(build.webm_tracks(codec), build.cluster())
    assert read_bytes(data).codec == name


@pytest.mark.parametrize(
    ("codec", "name"),
    [("A_AAC", "aac"), ("A_MPEG/L3", "mp3"), ("A_FLAC", "flac"), ("A_VORBIS", "vorbis"), ("A_PCM/INT/LIT", "pcm")],
)
def test_codecs_of_sound(codec: str, name: str) -> None:
    data = build.head("matroska") + build.segment(build.webm_tracks(sound=codec), build.cluster())
    assert read_bytes(data).audio_codec == name


def test_a_length_that_is_no_number() -> None:
    info = build.element(0x1549A966, build.element(0x4489, struct.pack(">d", float("nan"))))
    data = build.head("webm") + build.segment(info, build.webm_tracks(), build.cluster())
    assert read_bytes(data).duration_s is None


def test_a_film_that_was_not_fully_copied() -> None:
    assert read_bytes(build.webm()[:-3]).problems == ("This WebM file is cut off: its end is missing.",)
    assert read_bytes(build.head("webm")).problems == ("This WebM file holds no film.",)
