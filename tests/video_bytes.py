"""Builds films and AVIF pictures byte by byte, right or wrong, for tests of what reads them."""

import struct
from collections.abc import Iterable

# ISO base media: MP4, QuickTime, AVIF


def box(kind: bytes, *content: bytes) -> bytes:
    """One box."""
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """One box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def long_box(kind: bytes, content: bytes) -> bytes:
    """One box with its length in 64 bits."""
    return struct.pack(">I", 1) + kind + struct.pack(">Q", len(content) + 16) + content


def movie_header(scale: int = 1000, duration: int = 2000, *, wide: bool = False) -> bytes:
    """An mvhd box."""
    times = struct.pack(">QQIQ", 0, 0, scale, duration) if wide else struct.pack(">IIII", 0, 0, scale, duration)
    return full(b"mvhd", times, bytes(80), version=int(wide))


UPRIGHT = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
TURNED = (0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)


def track_header(size: tuple[int, int], matrix: tuple[int, ...] = UPRIGHT, *, number: int = 1, flags: int = 3) -> bytes:
    """A tkhd box."""
    head = struct.pack(">IIIII", 0, 0, number, 0, 2000) + bytes(16)
    return full(
        b"tkhd", head, struct.pack(">9I", *matrix), struct.pack(">II", size[0] << 16, size[1] << 16), flags=flags
    )


def video_entry(code: bytes, size: tuple[int, int], *more: bytes) -> bytes:
    """A visual sample entry."""
    return box(code, bytes(6), b"\0\1", bytes(16), struct.pack(">HH", *size), bytes(50), *more)


def audio_entry(code: bytes, *more: bytes) -> bytes:
    """An audio sample entry."""
    return box(code, bytes(6), b"\0\1", bytes(8), struct.pack(">HHHHI", 2, 16, 0, 0, 48000 << 16), *more)


def stream_descriptor(object_type: int) -> bytes:
    """An esds box, its descriptors with lengths of four bytes as FFmpeg writes them."""
    config = b"\4\x80\x80\x80\x0d" + bytes([object_type]) + bytes(12)
    return full(b"esds", b"\3\x80\x80\x80" + bytes([len(config) + 3]) + b"\0\1\0", config)


def track(
    handler: bytes,
    entry: bytes,
    *,
    size: tuple[int, int] = (64, 48),
    matrix: tuple[int, ...] = UPRIGHT,
    scale: int = 12288,
    times: Iterable[tuple[int, int]] = ((48, 512),),
    number: int = 1,
    flags: int = 3,
) -> bytes:
    """A trak box: handler "vide" or "soun", one sample entry, and the table of times (count, length)."""
    rows = list(times)
    duration = sum(count * time for count, time in rows)
    table = struct.pack(">I", len(rows)) + b"".join(struct.pack(">II", *row) for row in rows)
    samples = box(b"stbl", full(b"stsd", struct.pack(">I", 1), entry), full(b"stts", table))
    media = box(
        b"mdia",
        full(b"mdhd", struct.pack(">IIII", 0, 0, scale, duration), bytes(4)),
        full(b"hdlr", bytes(4), handler, bytes(13)),
        box(b"minf", full(b"vmhd", bytes(8)), samples),
    )
    return box(b"trak", track_header(size, matrix, number=number, flags=flags), media)


def film_track(code: bytes = b"avc1", **options: object) -> bytes:
    """A track of pictures, 64 x 48, 24 frames a second."""
    return track(b"vide", video_entry(code, (64, 48)), **options)  # pyright: ignore[reportArgumentType] passed on as it is


def text_data(value: bytes, kind: int = 1) -> bytes:
    """A data box of an item."""
    return box(b"data", struct.pack(">II", kind, 0), value)


def item(kind: bytes, value: bytes, data_kind: int = 1) -> bytes:
    """An iTunes item."""
    return box(kind, text_data(value, data_kind))


def named_item(name: bytes, value: bytes) -> bytes:
    """A freeform iTunes item."""
    return box(b"----", full(b"mean", b"com.apple.iTunes"), full(b"name", name), text_data(value))


def items(*content: bytes) -> bytes:
    """A meta box of iTunes items."""
    return full(b"meta", full(b"hdlr", bytes(4), b"mdirappl", bytes(9)), box(b"ilst", *content))


def keyed_items(values: dict[str, str]) -> bytes:
    """A meta box of keys and items, as FFmpeg writes with use_metadata_tags."""
    keys = b"".join(box(b"mdta", key.encode()) for key in values)
    listed = (
        box(struct.pack(">I", place), text_data(value.encode())) for place, value in enumerate(values.values(), 1)
    )
    head = full(b"hdlr", bytes(4), b"mdta", bytes(13))
    return full(b"meta", head, full(b"keys", struct.pack(">I", len(values)), keys), box(b"ilst", *listed))


def localised(kind: bytes, text: bytes, language: int = 0x55C4) -> bytes:
    """A text of QuickTime's user data, its length cut to 16 bits."""
    return box(kind, struct.pack(">HH", len(text) & 0xFFFF, language), text)


def movie(*content: bytes, header: bytes | None = None) -> bytes:
    """A moov box."""
    return box(b"moov", movie_header() if header is None else header, *content)


FILE_TYPE = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")
QUICKTIME = box(b"ftyp", b"qt  \0\0\2\0qt  ")
FRAMES = box(b"mdat", b"\x11\x22\x33\x44")


def mp4(*user_data: bytes) -> bytes:
    """An MP4 of two seconds with sound and this user data, its frames in front."""
    sound = track(b"soun", audio_entry(b"mp4a", stream_descriptor(0x40)), number=2)
    return FILE_TYPE + FRAMES + movie(film_track(), sound, box(b"udta", *user_data))


def fragment(begin: int, times: Iterable[int]) -> bytes:
    """A moof box of frames of track 1, followed by their mdat."""
    rows = b"".join(struct.pack(">I", time) for time in times)
    run = full(b"trun", struct.pack(">I", len(rows) // 4), rows, flags=0x100)
    moof = box(
        b"moof",
        full(b"mfhd", bytes(4)),
        box(b"traf", full(b"tfhd", struct.pack(">I", 1)), full(b"tfdt", struct.pack(">Q", begin), version=1), run),
    )
    return moof + FRAMES


def still(
    *,
    exif: bytes = b"",
    xmp: bytes = b"",
    size: tuple[int, int] = (64, 48),
    turns: int = 0,
    brands: bytes = b"avif\0\0\0\0avifmif1",
    in_meta: bool = False,
) -> bytes:
    """An AVIF with EXIF and XMP; in_meta: these lie in the meta box itself."""
    exif_data = struct.pack(">I", 6) + b"Exif\0\0" + exif
    entries = [
        full(b"infe", struct.pack(">HH", 1, 0), b"av01", b"\0", version=2),
        full(b"infe", struct.pack(">HH", 2, 0), b"Exif", b"\0", version=2),
        full(b"infe", struct.pack(">HH", 3, 0), b"mime", b"\0application/rdf+xml\0", version=2),
    ][: 3 if xmp else 2]
    properties = box(
        b"iprp",
        box(b"ipco", full(b"ispe", struct.pack(">II", *size)), box(b"irot", bytes([turns]))),
        full(b"ipma", struct.pack(">IHB", 1, 1, 2), b"\x81\x82"),
    )
    data = (b"\x11\x22\x33\x44", exif_data, xmp)
    kind = box(b"ftyp", brands)

    def meta(where: tuple[int, int, int]) -> bytes:
        method = int(in_meta)
        rows = b"".join(
            struct.pack(">HHHIHII", number, method if number > 1 else 0, 0, 0, 1, begin, len(body))
            for number, (begin, body) in enumerate(list(zip(where, data, strict=True))[: len(entries)], 1)
        )
        return full(
            b"meta",
            full(b"hdlr", bytes(4), b"pict", bytes(13)),
            full(b"pitm", struct.pack(">H", 1)),
            full(b"iloc", b"\x44\x40", struct.pack(">H", len(entries)), rows, version=1),
            full(b"iinf", struct.pack(">H", len(entries)), *entries),
            properties,
            *([box(b"idat", exif_data, xmp)] if in_meta else []),
        )

    begin = len(kind) + len(meta((0, 0, 0))) + 8
    inside = (begin, 0, len(exif_data))
    behind = (begin, begin + 4, begin + 4 + len(exif_data))
    return kind + meta(inside if in_meta else behind) + box(b"mdat", data[0], *(() if in_meta else data[1:]))


# Matroska and WebM


def element(name: int, *content: bytes, unknown: bool = False) -> bytes:
    """One EBML element, its length in eight bytes."""
    body = b"".join(content)
    length = b"\x01" + b"\xff" * 7 if unknown else (len(body) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + length + body


def whole(name: int, value: int) -> bytes:
    """An element with an unsigned number."""
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def simple_tag(name: str, value: str, *inner: bytes) -> bytes:
    """A SimpleTag."""
    return element(0x67C8, element(0x45A3, name.encode()), element(0x4487, value.encode()), *inner)


def tags(*simple: bytes, track: int = 0) -> bytes:
    """A Tags element for the whole film or for one track."""
    targets = element(0x63C0, *([whole(0x63C5, track)] if track else []))
    return element(0x1254C367, element(0x7373, targets, *simple))


def cluster(*, unknown: bool = False) -> bytes:
    """A cluster of one frame."""
    return element(0x1F43B675, whole(0xE7, 0), element(0xA3, b"\x81\0\0\x80\x11\x22"), unknown=unknown)


def head(kind: str) -> bytes:
    """The EBML header; kind "webm" or "matroska"."""
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(kind) + 3]) + b"\x42\x82" + bytes([0x80 | len(kind)]) + kind.encode()


INFO = element(0x1549A966, whole(0x2AD7B1, 1_000_000), element(0x4489, struct.pack(">d", 2000.0)))


def webm_tracks(codec: str = "V_VP9", sound: str = "A_OPUS", frame_time: int = 41_666_666) -> bytes:
    """Tracks of pictures, 64 x 48, and sound."""
    shown = element(0xE0, whole(0xB0, 64), whole(0xBA, 48))
    pictures = element(0xAE, whole(0x83, 1), element(0x86, codec.encode()), whole(0x23E383, frame_time), shown)
    return element(0x1654AE6B, pictures, element(0xAE, whole(0x83, 2), element(0x86, sound.encode())))


def segment(*content: bytes, unknown: bool = False) -> bytes:
    """A Segment."""
    return element(0x18538067, *content, unknown=unknown)


def indexed(first: tuple[bytes, ...], behind: tuple[tuple[int, bytes], ...]) -> bytes:
    """A segment whose SeekHead names the parts behind its clusters: (id, element) each."""

    def index(places: list[int]) -> bytes:
        seeks = (
            element(0x4DBB, element(0x53AB, name.to_bytes(4, "big")), element(0x53AC, place.to_bytes(8, "big")))
            for (name, _), place in zip(behind, places, strict=True)
        )
        return element(0x114D9B74, *seeks)

    front = b"".join(first)
    place = len(index([0] * len(behind))) + len(front)
    places: list[int] = []
    for _, part in behind:
        places.append(place)
        place += len(part)
    return segment(index(places), front, *(part for _, part in behind))


def webm(*simple: bytes, kind: str = "webm") -> bytes:
    """A WebM film of two seconds with these tags in front of its frames."""
    return head(kind) + segment(INFO, webm_tracks(), tags(*simple), cluster())


# AVI


def chunk(kind: bytes, *content: bytes) -> bytes:
    """One RIFF chunk."""
    body = b"".join(content)
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def chunks(kind: bytes, *content: bytes) -> bytes:
    """One RIFF list."""
    return chunk(b"LIST", kind, *content)


def avi(*info: bytes, all_frames: int = 0, code: bytes = b"XVID", height: int = 48, sound: int = 0x55) -> bytes:
    """An AVI of 48 frames at 24 a second, with sound, and these INFO chunks."""
    header = chunk(b"avih", struct.pack("<14I", 41_666, 0, 0, 0, 48, 0, 2, 0, 64, 48, 0, 0, 0, 0))
    stream = struct.pack("<4s4sIHHIIIIIIII8x", b"vids", code, 0, 0, 0, 0, 1, 24, 0, 48, 0, 0, 0)
    form = struct.pack("<IiiHH4sIiiII", 40, 64, height, 1, 24, code, 0, 0, 0, 0, 0)
    sound_stream = struct.pack("<4s4sIHHIIIIIIII8x", b"auds", bytes(4), 0, 0, 0, 0, 1, 48000, 0, 96000, 0, 0, 0)
    sound_form = struct.pack("<HHIIHH", sound, 2, 48000, 0, 0, 0)
    headers = [
        header,
        chunks(b"strl", chunk(b"strh", stream), chunk(b"strf", form)),
        chunks(b"strl", chunk(b"strh", sound_stream), chunk(b"strf", sound_form)),
        *([chunks(b"odml", chunk(b"dmlh", struct.pack("<I", all_frames)))] if all_frames else []),
    ]
    parts = (chunks(b"hdrl", *headers), chunks(b"INFO", *info), chunks(b"movi", chunk(b"00dc", b"\x11\x22\x33")))
    return chunk(b"RIFF", b"AVI ", *parts)
