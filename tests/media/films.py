"""Writes tiny films with PyAV, as real programs do."""
# PyAV's stubs leave keyword arguments and kinds of packets untyped:
# pyright: reportUnknownMemberType=false

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

BLUE, RED = (40, 90, 160), (220, 30, 30)
"""Of the ground, and of the upper left quarter."""


def film(
    path: Path,
    codec: str,
    pixels: str = "yuv420p",
    *,
    frames: int = 24,
    rate: int = 12,
    size: tuple[int, int] = (160, 90),
    sound: str | None = None,
    black: int = 0,
    turned: int = 0,
    options: dict[str, str] | None = None,
    **container: Any,
) -> Path:
    """A film of a white bar that moves over blue, its upper left quarter red.

    black: so many frames at the beginning; turned: degrees counterclockwise that a player has to turn it.
    """
    with _ordinary_priority(), av.open(str(path), "w", **container) as out:
        stream = out.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        if turned:
            stream.set_display_rotation(turned)
        track = out.add_stream(sound, rate=48_000) if sound else None
        if isinstance(track, AudioStream):
            track.layout = "stereo"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(_picture(number, size, number < black), "rgb24")
            if size[1] >= 720:  # high definition has colours of its own, which encoders do not see to
                frame = frame.reformat(format=pixels, dst_colorspace=Colorspace.ITU709)
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if track:
            assert isinstance(track, AudioStream)
            _hum(out, track, frames / rate)
    return path


@contextmanager
def _ordinary_priority() -> Generator[None]:
    """Started by root, SVT-AV1 gives the thread that calls it the priority of real time, and never takes it back: every
    process started from here would inherit that, and two of them leave a machine of two cores to nobody else.
    """
    try:
        yield
    finally:
        if hasattr(os, "sched_setscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _picture(number: int, size: tuple[int, int], black: bool) -> np.ndarray[Any, np.dtype[np.uint8]]:
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    if not black:
        picture[:] = BLUE
        picture[: height // 2, : width // 2] = RED
        bar = (number * 5) % width
        picture[:, bar : bar + 4] = 255
    return picture


def _hum(out: OutputContainer, track: AudioStream, seconds: float) -> None:
    wave = (np.sin(np.arange(1024) / 20) * 8000).astype(np.int16).repeat(2)[None]
    for place in range(0, int(seconds * 48_000), 1024):
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="stereo")
        frame.sample_rate = 48_000
        frame.pts = place
        out.mux(track.encode(frame))
    out.mux(track.encode())
