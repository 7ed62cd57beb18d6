"""MP4 and QuickTime: the facts and tags of films built to the specification."""

import struct

import pytest

import video_bytes as build
from diffusion_toolkit.formats import Container, read_bytes, read_source
from diffusion_toolkit.formats.source import Source

GRAPH = '{"3": {"class_type": "KSampler", "inputs": {"seed": 7}}}'


def texts(container: Container) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in container.texts]


def facts(container: Container) -> tuple[object, ...]:
    return (
        container.format,
        (container.width, container.height),
        container.duration_s,
        container.frame_rate,
        container.codec,
        container.audio_codec,
        container.problems,
    )


def test_an_mp4_with_its_description_at_the_end() -> None:
    container = read_bytes(build.mp4(), name="fox.mp4")
    assert facts(container) == ("mp4", (64, 48), 2.0, 24.0, "h264", "aac", ())
    assert container.pixels is not None


def test_a_quicktime_film_with_64_bit_lengths_and_times() -> None:
    description = build.movie(build.film_track(b"apch"), header=build.movie_header(600, 1500, wide=True))
    data = build.QUICKTIME + build.box(b"wide") + build.long_box(b"mdat", b"1234") + description
    assert facts(read_bytes(data)) == ("mov", (64, 48), 2.5, 24.0, "prores", None, ())


def test_a_quicktime_film_older_than_the_brand() -> None:
    assert read_bytes(build.FRAMES + build.movie(build.film_track(b"jpeg"))).format == "mov"


def test_a_box_of_length_nought_goes_to_the_end() -> None:
    data = build.FILE_TYPE + build.movie(build.film_track()) + struct.pack(">I", 0) + b"mdat" + b"1234"
    assert read_bytes(data).problems == ()


def test_a_film_on_its_side_is_as_wide_as_it_is_shown() -> None:
    data = build.FILE_TYPE + build.FRAMES + build.movie(build.film_track(matrix=build.TURNED))
    container = read_bytes(data)
    assert (container.width, container.height) == (48, 64)


def test_the_track_that_is_switched_on_counts() -> None:
    hidden = build.track(b"vide", build.video_entry(b"jpeg", (8, 8)), flags=0)
    container = read_bytes(build.FILE_TYPE + build.FRAMES + build.movie(hidden, build.film_track(b"av01", number=2)))
    assert (container.width, container.codec) == (64, "av1")


@pytest.mark.parametrize(
    ("code", "name"),
    [(b"avc1", "h264"), (b"hvc1", "hevc"), (b"vp09", "vp9"), (b"av01", "av1"), (b"ap4h", "prores"), (b"jpeg", "mjpeg")],
)
def test_codecs_of_pictures(code: bytes, name: str) -> None:
    assert read_bytes(build.FILE_TYPE + build.FRAMES + build.movie(build.film_track(code))).codec == name


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (build.audio_entry(b"Opus"), "opus"),
        (build.audio_entry(b"fLaC"), "flac"),
        (build.audio_entry(b"sowt"), "pcm"),
        (build.audio_entry(b"alac"), "alac"),
        (build.audio_entry(b"mp4a", build.stream_descriptor(0x40)), "aac"),
        (build.audio_entry(b"mp4a", build.stream_descriptor(0x6B)), "mp3"),
        (build.audio_entry(b"enca", build.box(b"sinf", build.box(b"frma", b"ac-3"))), "ac3"),
    ],
)
def test_codecs_of_sound(entry: bytes, name: str) -> None:
    sound = build.track(b"soun", entry, number=2)
    data = build.FILE_TYPE + build.FRAMES + build.movie(build.film_track(), sound)
    assert read_bytes(data).audio_codec == name


def test_frame_rates_that_are_no_whole_numbers() -> None:
    film = build.film_track(scale=30000, times=[(60, 1001)])
    assert read_bytes(build.FILE_TYPE + build.FRAMES + build.movie(film)).frame_rate == 29.97


def test_itunes_items() -> None:
    container = read_bytes(
        build.mp4(
            build.items(
                build.item(b"\xa9nam", "Füchse im Hafen".encode()),
                build.item(b"\xa9cmt", GRAPH.encode()),
                build.item(b"\xa9too", b"Lavf61"),
                build.item(b"desc", "fog".encode("utf-16-be"), 2),
                build.item(b"tmpo", b"\0\x78", 21),
                build.item(b"covr", b"\x89PNG", 14),
                build.named_item(b"workflow", b'{"nodes": []}'),
            )
        )
    )
    assert texts(container) == [
        ("mp4:title", "Füchse im Hafen"),
        ("mp4:comment", GRAPH),
        ("mp4:encoder", "Lavf61"),
        ("mp4:description", "fog"),
        ("mp4:tmpo", "120"),
        ("mp4:workflow", '{"nodes": []}'),
    ]


def test_keys_with_items_as_comfyui_writes_them() -> None:
    container = read_bytes(build.mp4(build.keyed_items({"prompt": GRAPH, "Workflow": '{"nodes": []}'})))
    assert texts(container) == [("mp4:prompt", GRAPH), ("mp4:workflow", '{"nodes": []}')]


def test_keys_in_the_film_itself_as_apple_writes_them() -> None:
    meta = build.keyed_items({"com.apple.quicktime.comment": "a harbour"})
    plain = build.box(b"meta", meta[12:])  # QuickTime's meta box has no version
    container = read_bytes(build.QUICKTIME + build.FRAMES + build.movie(build.film_track(), plain))
    assert texts(container) == [("mov:comment", "a harbour")]


def test_quicktime_texts_in_their_languages() -> None:
    user_data = build.box(
        b"udta",
        build.localised(b"\xa9nam", "Hafen, früh".encode()),
        build.localised(b"\xa9des", "Möwe".encode("mac_roman"), language=2),
        build.localised(b"\xa9swr", "нора".encode("utf-16"), language=0x55C4),
        build.box(b"name", b"reel one"),
        build.full(b"dscp", b"\x15\xc7", b"a lighthouse\0"),
        bytes(4),
    )
    container = read_bytes(build.QUICKTIME + build.FRAMES + build.movie(build.film_track(), user_data))
    assert texts(container) == [
        ("mov:title", "Hafen, früh"),
        ("mov:description", "Möwe"),
        ("mov:encoder", "нора"),
        ("mov:title", "reel one"),
        ("mov:description", "a lighthouse"),
    ]


def test_a_quicktime_text_longer_than_its_length_field() -> None:
    long = "fox " * 20_000
    user_data = build.box(b"udta", build.localised(b"\xa9cmt", long.encode()))
    container = read_bytes(build.QUICKTIME + build.FRAMES + build.movie(build.film_track(), user_data))
    assert texts(container) == [("mov:comment", long)]


def test_xmp_in_its_own_box() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
    data = build.mp4() + build.box(b"uuid", bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC"), packet)
    assert ("xmp", packet.decode()) in texts(read_bytes(data))


def test_a_change_of_tags_keeps_the_digest_of_the_pixels() -> None:
    first, second = read_bytes(build.mp4()), read_bytes(build.mp4(build.items(build.item(b"\xa9cmt", b"a fox"))))
    assert first.pixels == second.pixels
    assert first.fingerprint != second.fingerprint


def start(*more: bytes) -> bytes:
    """A fragmented film before its first fragment."""
    header = build.movie_header(1000, 0)
    extends = build.box(b"mvex", *more, build.full(b"trex", struct.pack(">IIIII", 1, 1, 512, 0, 0)))
    return build.FILE_TYPE + build.movie(build.film_track(times=[]), extends, header=header)


FRAGMENTS = build.fragment(0, [512] * 24), build.fragment(24 * 512, [512] * 36)


def test_a_fragmented_film_is_counted() -> None:
    assert facts(read_bytes(start() + b"".join(FRAGMENTS))) == ("mp4", (64, 48), 2.5, 24.0, "h264", None, ())


def test_a_fragmented_film_that_says_how_long_it_is() -> None:
    length = build.full(b"mehd", struct.pack(">I", 3000))
    container = read_bytes(start(length) + b"".join(FRAGMENTS))
    assert (container.duration_s, container.frame_rate) == (3.0, 24.0)


def test_a_fragmented_film_with_a_list_at_its_end() -> None:
    head = start()
    rows = b"".join(struct.pack(">QQBBB", time, place, 1, 1, 1) for time, place in [(0, len(head)), (12288, 0)])
    place = len(head) + len(FRAGMENTS[0])
    rows = rows[:-11] + struct.pack(">QBBB", place, 1, 1, 1)
    table = build.full(b"tfra", struct.pack(">III", 1, 0, 2), rows, version=1)
    listed = build.box(b"mfra", table, build.full(b"mfro", struct.pack(">I", len(table) + 24)))
    assert read_bytes(head + b"".join(FRAGMENTS) + listed).duration_s == 2.5


def test_a_fragmented_film_with_an_index_over_all_of_it() -> None:
    rows = [
        struct.pack(">III", len(part), count * 512, 0x80000000) for part, count in zip(FRAGMENTS, (24, 36), strict=True)
    ]
    index = build.full(b"sidx", struct.pack(">IIIIHH", 1, 12288, 0, 0, 0, 2), *rows)
    more = build.fragment(0, [512] * 24) * 20
    assert read_bytes(start() + index + b"".join(FRAGMENTS)).duration_s == 2.5
    assert read_bytes(start() + index + b"".join(FRAGMENTS) + more).duration_s == 22.5


def test_sound_alone_is_no_film() -> None:
    sound = build.track(b"soun", build.audio_entry(b"mp4a", build.stream_descriptor(0x40)))
    assert read_bytes(build.FILE_TYPE + build.FRAMES + build.movie(sound)).problems == ("This MP4 file holds no film.",)


def test_a_film_that_was_not_fully_copied() -> None:
    whole = build.mp4()
    assert "the part that describes the film is missing" in read_bytes(whole[:40]).problems[0]
    first = build.FILE_TYPE + build.movie(build.film_track())
    for missing in (first, first + build.FRAMES[:-1]):
        assert read_bytes(missing).problems == ("This MP4 file is cut off: its end is missing.",)


def test_a_film_of_four_gigabytes_takes_a_few_small_reads() -> None:
    reads: list[int] = []
    tail = build.movie(build.film_track(), build.box(b"udta", build.items(build.item(b"\xa9cmt", GRAPH.encode()))))
    frames = struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 4_500_000_000)
    head = build.FILE_TYPE + frames
    begin = len(build.FILE_TYPE) + 4_500_000_000

    def read_at(offset: int, count: int) -> bytes:
        reads.append(count)
        end = offset + count
        before = head[offset:end].ljust(max(0, min(end, begin) - offset), b"\0")
        return before + tail[max(0, offset - begin) : max(0, end - begin)]

    container = read_source(Source(read_at, begin + len(tail)), name="long.mp4")
    assert texts(container) == [("mp4:comment", GRAPH)]
    assert len(reads) < 12
    assert sum(reads) < 400_000
