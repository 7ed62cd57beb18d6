"""Films as browsers show them: copied into MP4 where their codecs allow it, else encoded as a smaller preview.

Runs in decoding processes only. What is encoded goes to a file that can be shown while it grows (fragmented MP4); when
it is complete, it is copied into one that can be searched by time.
"""
# PyAV's stubs leave keyword arguments and kinds of packets untyped:
# pyright: reportUnknownMemberType=false

import contextlib
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Final, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError, InvalidDataError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.files import format_of, opened
from diffusion_toolkit.media.films import CONTAINERS, colours_of, film_stream, open_film, sample_shape
from diffusion_toolkit.media.rendition_limits import LONG_SIDE, MOST_BYTES, MOST_SECONDS, SHORT_SIDE

COPIED_PICTURES: Final = {"h264": ("yuv420p", "yuvj420p"), "vp9": ("yuv420p",), "av1": ("yuv420p", "yuv420p10le")}
"""Codecs that every browser shows in an MP4, with the samples all of them can show."""
COPIED_SOUND: Final = ("aac", "mp3", "mp3float", "opus", "libopus", "flac")

FASTEST: Final = 30
"""Frames per second of a preview."""
TICKS: Final = Fraction(1, 90_000)
QUALITY: Final = {"preset": "veryfast", "crf": "23", "g": "60", "threads": "2"}
GROWING: Final = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "1000000"}
SOUND_RATE: Final = 48_000
MOST_DAMAGED: Final = 100
MOST_REORDERED: Final = 32
"""Packets at the beginning of a stream without a time to be decoded at; H.264 needs 16 at most."""
BT709: Final = 1
"""The number of this standard's primaries, curve and matrix."""


class _NotCopied(Exception):
    """Its packets do not fit into an MP4 as they are."""


def made_rendition(path: str, growing: str, target: str, large: bool) -> str:
    """Make `target`, an MP4; "copied" or "encoded". growing: the file to be shown meanwhile. A task of decoders."""
    del large
    with opened(path) as descriptor:
        kind = format_of(descriptor)
        if kind not in CONTAINERS:
            raise UnreadableFile("this is not a film.")
        with contextlib.suppress(_NotCopied), open_film(descriptor, kind) as film:
            _copy_checked(film, target)
            return "copied"
        with open_film(descriptor, kind) as film:
            _encode(film, growing)
    with open(growing, "rb") as file, av.open(file, "r", format="mov") as film, _written(target, {}) as out:
        _copy(film, out, film.streams.video[0], next(iter(film.streams.audio), None))
    return "encoded"


def _copy_checked(film: InputContainer, target: str) -> None:
    """Copy the packets. Raises _NotCopied for codecs, samples, times or sizes that do not go."""
    pictures = film_stream(film)
    context, sound = pictures.codec_context, next(iter(film.streams.audio), None)
    if context.pix_fmt not in COPIED_PICTURES.get(_codec(pictures), ()):
        raise _NotCopied
    if sound is not None and sound.codec_context.name not in COPIED_SOUND:
        raise _NotCopied
    try:
        with _written(target, {}) as out:
            _copy(film, out, pictures, sound)
    except (FFmpegError, ValueError) as error:
        raise _NotCopied from error


def _copy(film: InputContainer, out: OutputContainer, pictures: VideoStream, sound: AudioStream | None) -> None:
    begin_s = (film.start_time or 0) / av.time_base
    streams: dict[int, Stream] = {pictures.index: out.add_stream_from_template(pictures, opaque=True)}
    if sound is not None:
        streams[sound.index] = out.add_stream_from_template(sound, opaque=True)
    size, last_s = 0, begin_s
    for packet in _in_decoding_order(film, [stream for stream in (pictures, sound) if stream]):
        if packet.pts is None or packet.dts is None:
            raise _NotCopied
        last_s = float(packet.pts * packet.time_base)
        size += packet.size
        if last_s - begin_s > MOST_SECONDS:
            return
        if size > MOST_BYTES:
            raise _NotCopied
        packet.stream = streams[packet.stream_index]
        out.mux(packet)


def _in_decoding_order(film: InputContainer, streams: list[VideoStream | AudioStream]) -> "Iterator[Packet[Any]]":
    """All packets with the time they are decoded at, which Matroska leaves out of the first ones."""
    waiting: dict[int, list[Packet[Any]]] = {stream.index: [] for stream in streams}
    for packet in film.demux(streams):
        if packet.size == 0:
            continue  # the end of a stream
        held = waiting[packet.stream_index]
        if packet.dts is None and len(held) < MOST_REORDERED:
            held.append(packet)
            continue
        step = max(1, packet.duration or 1)
        for place, earlier in enumerate(held):
            earlier.dts = (packet.dts or 0) - (len(held) - place) * step
            yield earlier
        held.clear()
        yield packet
    for held in waiting.values():
        yield from held


def _encode(film: InputContainer, target: str) -> None:
    pictures = film_stream(film)
    pictures.thread_type = "AUTO"
    sound = next(iter(film.streams.audio), None)
    if sound is not None and sound.codec_context.name == "":
        sound = None
    with _written(target, GROWING) as out:
        encoder = _Encoder(out, pictures, sound)
        for packet in _readable(film, [stream for stream in (pictures, sound) if stream]):
            if not encoder.take(packet):
                break
            if os.path.getsize(target) > MOST_BYTES or os.getppid() == 1:
                break
        encoder.finish()


class _Encoder:
    """Decodes packets and writes them again, smaller."""

    def __init__(self, out: OutputContainer, pictures: VideoStream, sound: AudioStream | None) -> None:
        self._out = out
        self._pictures = pictures
        self._shape = sample_shape(pictures)
        self._film: VideoStream | None = None
        self._sound = _sound_stream(out) if sound is not None else None
        self._resampler = AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
        self._begin_s: float | None = None
        self._next_s = 0.0
        self._heard: int | None = None
        self._damaged = 0

    def take(self, packet: "Packet[Any]") -> bool:
        """Write what a packet holds; False when enough is written."""
        try:
            frames = cast("Sequence[object]", packet.decode())
        except InvalidDataError:
            self._damaged += 1
            return self._damaged <= MOST_DAMAGED
        for frame in frames:
            if isinstance(frame, VideoFrame) and not self._picture(frame):
                return False
            if isinstance(frame, AudioFrame):
                self._hear(frame)
        return True

    def finish(self) -> None:
        """Write what the encoders still hold. Raises UnreadableFile when there was no picture."""
        if self._film is None:
            raise UnreadableFile("no frame of the film can be decoded.")
        self._out.mux(self._film.encode())
        if self._sound is not None:
            self._write_sound(self._sound, self._resampler.resample(None))
            self._out.mux(self._sound.encode())

    def _picture(self, frame: VideoFrame) -> bool:
        if frame.pts is None:
            return True
        if self._begin_s is None:
            self._begin_s = frame.time
        at_s = frame.time - self._begin_s
        if at_s > MOST_SECONDS:
            return False
        if at_s < self._next_s - 0.25 / FASTEST:
            return True  # more frames than a preview shows
        self._next_s = max(self._next_s + 1 / FASTEST, at_s)
        if self._film is None:
            self._film = self._film_stream(frame)
        width, height = self._film.width, self._film.height
        small = frame.reformat(
            width,
            height,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
            **colours_of(frame),
        )
        small.pts, small.time_base = round(at_s / TICKS), TICKS
        small.pict_type = 0
        self._out.mux(self._film.encode(small))
        return True

    def _hear(self, frame: AudioFrame) -> None:
        if self._sound is None:
            return
        if self._begin_s is None or frame.time is None or frame.time < self._begin_s:
            return  # sound before the first picture
        if self._heard is None:
            self._heard = round((frame.time - self._begin_s) * SOUND_RATE)
        frame.pts = None
        self._write_sound(self._sound, self._resampler.resample(frame))

    def _write_sound(self, stream: AudioStream, parts: Sequence[AudioFrame]) -> None:
        """Write sound without gaps: times in old containers overlap, and encoders refuse that."""
        for part in parts:
            part.pts, part.time_base = self._heard, Fraction(1, SOUND_RATE)
            self._heard = (self._heard or 0) + part.samples
            self._out.mux(stream.encode(part))

    def _film_stream(self, frame: VideoFrame) -> VideoStream:
        width, height = preview_size(frame.width, frame.height, self._shape)
        stream = self._out.add_stream("libx264", rate=FASTEST, options=dict(QUALITY))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context: Any = stream.codec_context
        context.time_base = TICKS
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = ColorRange.MPEG
        if frame.rotation:
            stream.set_display_rotation(frame.rotation)
        return stream


def preview_size(width: int, height: int, shape: float) -> tuple[int, int]:
    """Width and height of a preview: even, within 1280 × 720 lying or standing, never enlarged.

    shape: width by height of a sample.
    """
    wide = width * shape if shape > 1 else width
    high = height / shape if shape < 1 else height
    scale = min(1.0, LONG_SIDE / max(wide, high), SHORT_SIDE / min(wide, high))
    return max(2, round(wide * scale / 2) * 2), max(2, round(high * scale / 2) * 2)


def _sound_stream(out: OutputContainer) -> AudioStream:
    stream = out.add_stream("aac", rate=SOUND_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    return stream


def _readable(film: InputContainer, streams: list[VideoStream | AudioStream]) -> "Iterator[Packet[Any]]":
    """Packets up to the first that cannot be read: of a film that is cut there is still its beginning."""
    with contextlib.suppress(FFmpegError):
        yield from film.demux(streams)


def _codec(stream: VideoStream) -> str:
    name = stream.codec_context.name
    return {"libdav1d": "av1", "libaom-av1": "av1", "libvpx-vp9": "vp9"}.get(name, name)


@contextmanager
def _written(target: str, options: dict[str, str]) -> Generator[OutputContainer]:
    """An MP4 to write; its name is ours, and reaches FFmpeg no more than others do."""
    with open(target, "wb", buffering=0) as file, av.open(file, "w", format="mp4", options=options) as out:
        yield out
