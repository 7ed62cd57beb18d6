"""Writes a HEIC photo of one colour: a key frame of HEVC in the boxes of ISO/IEC 23008-12."""
# PyAV's stubs leave keyword arguments and kinds of packets untyped:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import io
import struct

import av
import numpy as np
from av.video.stream import VideoStream


def heic(colour: tuple[int, int, int], size: tuple[int, int], quarters: int = 0) -> bytes:
    """The bytes of a photo; quarters: turns of 90° counterclockwise that it asks for."""
    settings, sample = _key_frame(colour, size)
    turn = [_box(b"irot", bytes([quarters]))] if quarters else []
    properties = [_box(b"hvcC", settings), _full(b"ispe", struct.pack(">II", *size)), *turn]
    places = bytes([0x80 | 1, 2, *([0x80 | 3] if quarters else [])])
    item = struct.pack(">HB", 1, len(places)) + places
    described = _box(b"ipco", b"".join(properties)) + _full(b"ipma", struct.pack(">I", 1) + item)
    meta = b""
    for _ in range(2):  # the second time with the place of the data, which depends on the size of what says it
        place = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, 24 + len(meta) + 8, len(sample))
        meta = _full(
            b"meta",
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + _full(b"pitm", struct.pack(">H", 1))
            + _full(b"iloc", place)
            + _full(b"iinf", struct.pack(">H", 1) + _full(b"infe", struct.pack(">HH", 1, 0) + b"hvc1\0", version=2))
            + _box(b"iprp", described),
        )
    return _box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta + _box(b"mdat", sample)


def _key_frame(colour: tuple[int, int, int], size: tuple[int, int]) -> tuple[bytes, bytes]:
    """The decoder's settings (hvcC) and the frame."""
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as out:
        stream = out.add_stream("libx265", rate=1, options={"x265-params": "log-level=none"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        picture = np.full((size[1], size[0], 3), colour, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts = 0
        for packet in (*stream.encode(frame), *stream.encode()):
            packet.dts = packet.pts  # for a film of one frame the encoder leaves what happens to stand there
            out.mux(packet)
    film.seek(0)
    with av.open(film, "r", format="mov") as made:
        stream = made.streams.video[0]
        sample = next(bytes(packet) for packet in made.demux(stream) if packet.size)
        return bytes(stream.codec_context.extradata or b""), sample


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + body)
