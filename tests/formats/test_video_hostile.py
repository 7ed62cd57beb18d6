"""Films and AVIF pictures, cut, changed and forged: always a container with at most one problem, and soon."""

import struct
import tracemalloc
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import video_bytes as build
from container_bytes import USER_COMMENT, exif
from diffusion_toolkit.formats import Container, read_bytes

FRAGMENTED = (
    build.FILE_TYPE
    + build.movie(
        build.film_track(times=[]), build.box(b"mvex", build.full(b"trex", struct.pack(">5I", 1, 1, 9, 0, 0)))
    )
    + build.fragment(0, [512] * 9)
    + build.fragment(512 * 9, [512] * 9)
)
BEHIND = ((0x1254C367, build.tags(build.simple_tag("COMMENT", "late"))),)
WHOLE = (
    build.mp4(build.items(build.item(b"\xa9cmt", b"a fox"), build.named_item(b"prompt", b"a hare"))),
    build.mp4(build.keyed_items({"prompt": "a fox", "workflow": "{}"}), build.localised(b"\xa9cmt", b"gull")),
    FRAGMENTED,
    build.webm(build.simple_tag("COMMENT", "a fox", build.simple_tag("PROMPT", "a hare"))),
    build.head("matroska") + build.indexed((build.INFO, build.webm_tracks(), build.cluster()), BEHIND),
    build.avi(build.chunk(b"ICMT", b"a fox"), all_frames=48),
    build.still(exif=exif({0x010E: b"a harbour"}, sub={USER_COMMENT: b"a fox"}), xmp=b"<x/>"),
    build.still(exif=exif({0x010E: b"a harbour"}), in_meta=True, turns=1),
)
HEADS = (build.FILE_TYPE, build.QUICKTIME, build.head("webm"), build.avi()[:12], build.still()[:24])


def check(container: Container, size: int) -> None:
    assert len(container.problems) <= 1
    assert container.size_bytes == size
    assert container.width is None or container.width > 0
    assert container.duration_s is None or 0 < container.duration_s < 1e9
    assert container.frame_rate is None or 0 <= container.frame_rate <= 10_000


@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_random_bytes_behind_every_head(head: bytes, rest: bytes) -> None:
    check(read_bytes(head + rest), len(head + rest))


@given(st.sampled_from(WHOLE), st.data())
def test_truncated_anywhere(whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(min_value=1, max_value=len(whole)))
    container = read_bytes(whole[:cut])
    check(container, cut)
    between_fragments = whole is FRAGMENTED and cut > len(whole) // 2
    assert bool(container.problems) == (cut < len(whole)) or between_fragments


@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6))
def test_bytes_changed_anywhere(whole: bytes, changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(whole)
    for position, value in changes:
        mutated[position % len(whole)] = value
    check(read_bytes(bytes(mutated)), len(whole))


@given(st.sampled_from(WHOLE), st.sampled_from(WHOLE), st.integers(0, 2000), st.integers(0, 2000))
def test_spliced(first: bytes, second: bytes, left: int, right: int) -> None:
    data = first[: left + 1] + second[right:]
    check(read_bytes(data), len(data))


def endless() -> list[tuple[str, bytes]]:
    """Files that would keep a careless reader busy, or make it ask for all the memory there is."""
    million = 1_000_000
    in_film = build.FILE_TYPE + build.FRAMES
    table = build.full(b"stts", struct.pack(">I", 2**32 - 1) + struct.pack(">II", 1, 512) * 100_000)
    samples = build.box(b"stbl", build.full(b"stsd", struct.pack(">I", 1), build.video_entry(b"avc1", (9, 9))), table)
    media = build.box(b"mdia", build.full(b"hdlr", bytes(4), b"vide"), build.box(b"minf", samples))
    long_text = struct.pack(">I", 2**31) + b"data" + struct.pack(">II", 1, 0)
    deep = b""
    for _ in range(5_000):
        deep = build.element(0x67C8, deep)
    seeks = build.element(0x4DBB, build.element(0x53AC, bytes(8))) * 20_000
    return [
        ("empty boxes", build.FILE_TYPE + build.box(b"free") * million),
        ("empty boxes inside", in_film + build.movie(build.box(b"free") * million)),
        ("empty items", in_film + build.movie(build.box(b"udta", build.items(build.box(b"abcd") * million)))),
        ("tracks", in_film + build.movie(build.film_track() * 5_000)),
        ("times", in_film + build.movie(build.box(b"trak", media))),
        ("a long text", build.mp4(build.full(b"meta", build.box(b"ilst", build.box(b"\xa9cmt", long_text))))),
        ("texts in one", build.QUICKTIME + build.movie(build.box(b"udta", build.box(b"\xa9cmt", bytes(4) * million)))),
        ("fragments", FRAGMENTED + build.fragment(0, [1]) * 10_000),
        ("elements", build.head("webm") + build.segment(b"\xec\x80" * million)),
        ("clusters", build.head("webm") + build.segment(build.webm_tracks(), build.cluster() * 50_000)),
        ("deep tags", build.head("webm") + build.segment(build.webm_tracks(), build.tags(deep), build.cluster())),
        ("seeks", build.head("webm") + build.segment(build.element(0x114D9B74, seeks), build.cluster())),
        ("chunks", build.chunk(b"RIFF", b"AVI ", build.chunk(b"JUNK") * million)),
        ("strings", build.avi(*[build.chunk(b"ICMT", b"fox")] * 100_000)),
    ]


@pytest.mark.parametrize(("name", "data"), [pytest.param(name, data, id=name) for name, data in endless()])
def test_endless_files_take_little_time_and_memory(name: str, data: bytes) -> None:
    tracemalloc.start()
    begin = process_time()
    container = read_bytes(data)
    spent = process_time() - begin
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    check(container, len(data))
    assert spent < 1.5  # seconds, under the tracer on a busy machine; a tenth of that without
    assert peak < 20_000_000 + 4 * len(data)


def test_forged_lengths_allocate_nothing() -> None:
    largest = struct.pack(">I", 1) + b"moov" + struct.pack(">Q", 2**63)
    forged = [
        build.FILE_TYPE + largest,
        build.FILE_TYPE + struct.pack(">I", 1) + b"moov" + struct.pack(">Q", 3),
        build.head("webm") + b"\x18\x53\x80\x67\x01" + b"\xff" * 6 + b"\xfe" + b"\x12\x54\xc3\x67\x01" + b"\xfe" * 7,
        build.avi()[:12] + b"LIST\xff\xff\xff\x7fINFOICMT\xff\xff\xff\x7f",
        build.box(b"ftyp", b"avif\0\0\0\0avif")
        + build.full(b"meta", build.full(b"iloc", b"\x88\x88\xff\xff\xff\xff" + b"\xff" * 40, version=1)),
    ]
    tracemalloc.start()
    for data in forged:
        assert len(read_bytes(data).problems) == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
