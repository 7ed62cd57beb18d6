"""Frames of films, by the FFmpeg libraries of PyAV. Runs in decoding processes only.

FFmpeg knows hundreds of containers, codecs and addresses; what it is given is limited first: an open file, never a
name; the container our own reader told by content; decoders from a list; a bound on pixels.
"""

import math
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import av
import av.logging
import numpy as np
import pyvips
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.limits import MOST_PIXELS_AT_ONCE
from diffusion_toolkit.media.pictures import prepare_libvips

CONTAINERS: Final = {"mp4": "mov", "mov": "mov", "webm": "matroska", "mkv": "matroska", "avi": "avi"}
"""FFmpeg's name of the demuxer for a format of ours."""

DECODERS: Final = (
    "h264 hevc av1 libdav1d libaom-av1 vp8 vp9 libvpx libvpx-vp9 mpeg4 msmpeg4 msmpeg4v1 msmpeg4v2 msmpeg4v3 "
    "mpeg1video mpeg2video h263 theora mjpeg png gif webp prores rawvideo qtrle ffv1 huffyuv ffvhuff utvideo "
    "cinepak cfhd dnxhd dvvideo hap magicyuv wmv1 wmv2 wmv3 vc1 svq1 svq3 msvideo1 msrle flv1 "
    "aac mp3 mp3float mp2 mp2float opus libopus vorbis flac alac ac3 eac3 adpcm_ms adpcm_ima_wav wmav1 wmav2 "
    "pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_f32le pcm_u8 pcm_s8 pcm_alaw pcm_mulaw pcm_f64le"
)

PLACES: Final = (0.1, 0.3, 0.6, 0.9, 0.0)
"""Shares of the length, in the order a frame is looked for that shows something."""
LATER_PLACE: Final = 0.6

MOST_FRAMES: Final = 48
"""Decoded from a key frame towards a place: two seconds of film; then what there is will do."""
MOST_SECONDS: Final = 4.0
"""Of looking for a frame."""
BLANK_DEVIATION: Final = 3.0
"""A frame of which the samples deviate less, of 255, shows nothing: black, white, a fade."""

HIGH_DEFINITION: Final = 720
"""Films of so many lines whose colours are not described have those of BT.709, smaller ones of BT.601; as browsers."""
WIDEST_SAMPLE: Final = 8
BY_QUARTERS: Final = {90: "d90", 180: "d180", 270: "d270"}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame: its samples as stored (height, width, 3 or 4), and as a picture: upright, with square pixels."""

    pixels: Pixels
    picture: pyvips.Image


def representative_frame(descriptor: int, kind: str) -> Frame:
    """A frame that shows something, from the first part of a film if there is one. Raises UnreadableFile."""
    return _frames(descriptor, kind, PLACES)[0]


def two_frames(descriptor: int, kind: str) -> tuple[Frame, Frame]:
    """The representative frame, and one from later on, so that films with the same beginning can be told apart."""
    first, later = _frames(descriptor, kind, PLACES, LATER_PLACE)
    return first, later


@contextmanager
def open_film(descriptor: int, kind: str) -> Generator[InputContainer]:
    """A film to read packets of. Raises UnreadableFile for one that FFmpeg cannot read, also from the body."""
    av.logging.set_level(None)  # decoders' messages repeat what hostile files say
    options = {
        "codec_whitelist": DECODERS.replace(" ", ","),
        "protocol_whitelist": "none",
        "max_pixels": str(MOST_PIXELS_AT_ONCE),
        "threads": "1",
    }
    times = {"fflags": "+genpts"}
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        with (
            os.fdopen(os.dup(descriptor), "rb") as file,
            av.open(file, "r", format=CONTAINERS[kind], options=options, container_options=times) as film,
        ):
            yield film
    except (FFmpegError, ValueError, ArithmeticError, OSError) as error:
        raise UnreadableFile("the film is damaged, or has a codec we do not know.") from error


def film_stream(film: InputContainer) -> VideoStream:
    """The moving pictures of a film; not a cover. Raises UnreadableFile."""
    for stream in film.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if stream.codec_context.width * stream.codec_context.height > MOST_PIXELS_AT_ONCE:
                raise UnreadableFile("its frames have more pixels than we decode.")
            return stream
    raise UnreadableFile("the film has no pictures.")


def colours_of(frame: VideoFrame) -> dict[str, Any]:
    """How to read the frame's colours, for its `reformat`; browsers guess alike where the film does not say."""
    described = frame.colorspace != Colorspace.DEFAULT and frame.colorspace in list(Colorspace)
    guessed = Colorspace.ITU709 if frame.height >= HIGH_DEFINITION else Colorspace.ITU601
    return {"src_colorspace": frame.colorspace if described else guessed}


def sample_shape(stream: VideoStream) -> float:
    """Width by height of one sample: 1 nearly always."""
    ratio = stream.sample_aspect_ratio
    shape = float(ratio) if ratio else 1.0
    return shape if math.isfinite(shape) and 1 / WIDEST_SAMPLE <= shape <= WIDEST_SAMPLE else 1.0


def _frames(descriptor: int, kind: str, places: tuple[float, ...], later: float | None = None) -> list[Frame]:
    prepare_libvips()
    with open_film(descriptor, kind) as film:
        stream = film_stream(film)
        stream.thread_type = "NONE"
        shape = sample_shape(stream)
        chosen = [_first_that_shows(film, stream, places)]
        if later is not None:
            chosen.append(_frame_at(film, stream, later, time.monotonic() + MOST_SECONDS) or chosen[0])
        return [_finished(frame, shape) for frame in chosen]


def _first_that_shows(film: InputContainer, stream: VideoStream, places: tuple[float, ...]) -> VideoFrame:
    end = time.monotonic() + MOST_SECONDS
    best: tuple[float, VideoFrame] | None = None
    for place in places:
        frame = _frame_at(film, stream, place, end)
        if frame is None:
            continue
        shows = float(_pixels(frame, "gray")[::4, ::4].std())
        if best is None or shows > best[0]:
            best = shows, frame
        if shows >= BLANK_DEVIATION or time.monotonic() > end:
            break
    if best is None:
        raise UnreadableFile("no frame of the film can be decoded.")
    return best[1]


def _frame_at(film: InputContainer, stream: VideoStream, place: float, end: float) -> VideoFrame | None:
    """The frame at a share of the length, or one a little before it; None when there is none."""
    length_s = (film.duration or 0) / av.time_base
    begin_s = max(0, film.start_time or 0) / av.time_base
    aim_s = begin_s + place * length_s
    found: VideoFrame | None = None
    try:
        film.seek(int(aim_s * av.time_base), backward=True)
        for count, frame in enumerate(_decoded(film, stream), 1):
            found = frame
            late = frame.pts is None or frame.time >= aim_s
            if late or count >= MOST_FRAMES or time.monotonic() > end:
                break
    except FFmpegError:
        return found  # the film is cut here, or its length is a lie
    return found


def _decoded(film: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames from the present position on; damaged packets are passed over, as players do."""
    failed = 0
    for packet in film.demux(stream):
        try:
            yield from packet.decode()  # pyright: ignore[reportReturnType]  packets of this stream hold pictures
        except InvalidDataError:
            failed += 1
            if failed > MOST_FRAMES:
                return


def _finished(frame: VideoFrame, shape: float) -> Frame:
    alpha = any(component.is_alpha for component in frame.format.components)
    pixels = _pixels(frame, "rgba" if alpha else "rgb24")
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(pixels)).copy(interpretation="srgb")
    if shape != 1:
        picture = picture.resize(shape, vscale=1) if shape > 1 else picture.resize(1, vscale=1 / shape)
    turned = BY_QUARTERS.get(-frame.rotation % 360)
    return Frame(pixels=pixels, picture=picture.rot(turned) if turned else picture)


def _pixels(frame: VideoFrame, form: str) -> Pixels:
    if frame.width * frame.height > MOST_PIXELS_AT_ONCE:
        raise UnreadableFile("its frames have more pixels than we decode.")
    made = frame.reformat(format=form, dst_color_range=ColorRange.JPEG, threads=1, **colours_of(frame))
    array = made.to_ndarray()
    assert array.dtype == np.uint8
    return array  # pyright: ignore[reportReturnType]  of the type just asserted
