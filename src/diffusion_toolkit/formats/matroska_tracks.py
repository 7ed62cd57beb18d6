"""The tracks of a Matroska or WebM film: size, codecs and frame rate."""

from dataclasses import dataclass

from diffusion_toolkit.formats import codecs, film
from diffusion_toolkit.formats.ebml import Element, Elements
from diffusion_toolkit.formats.text import decoded

_ENTRY, _KIND, _CODEC, _PRIVATE, _FRAME_TIME, _VIDEO = 0xAE, 0x83, 0x86, 0x63A2, 0x23E383, 0xE0
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT = 0xB0, 0xBA, 0x54B0, 0x54BA
_PICTURES, _SOUND = 1, 2
_NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class _Track:
    kind: int = 0
    codec: str = ""
    private: bytes = b""
    frame_time: int = 0
    width: int = 0
    height: int = 0
    shown_width: int = 0
    shown_height: int = 0


def read_tracks(elements: Elements, tracks: Element) -> None:
    """Read the first track of pictures and the first of sound into the draft."""
    draft = elements.draft
    for entry in elements.inside(tracks.begin, tracks.end):
        track = _track(elements, entry) if entry.id == _ENTRY else _Track()
        if track.kind == _PICTURES and draft.width is None:
            film.set_size(draft, track.width or track.shown_width, track.height or track.shown_height)
            draft.codec = codecs.matroska_codec(track.codec, track.private)
            draft.frame_rate = film.frame_rate(1, track.frame_time, _NANOSECONDS)
        elif track.kind == _SOUND and draft.audio_codec is None:
            draft.audio_codec = codecs.matroska_codec(track.codec, track.private)


def _track(elements: Elements, entry: Element) -> _Track:
    track = _Track()
    for element in elements.inside(entry.begin, entry.end):
        if element.id == _KIND:
            track.kind = elements.unsigned(element)
        elif element.id == _CODEC:
            track.codec = decoded(elements.body(element, 64).strip(b"\0"))
        elif element.id == _PRIVATE:
            track.private = elements.body(element, 64)
        elif element.id == _FRAME_TIME:
            track.frame_time = elements.unsigned(element)
        elif element.id == _VIDEO:
            _read_video(elements, track, element)
    return track


def _read_video(elements: Elements, track: _Track, video: Element) -> None:
    for element in elements.inside(video.begin, video.end):
        if element.id == _WIDTH:
            track.width = elements.unsigned(element)
        elif element.id == _HEIGHT:
            track.height = elements.unsigned(element)
        elif element.id == _SHOWN_WIDTH:
            track.shown_width = elements.unsigned(element)
        elif element.id == _SHOWN_HEIGHT:
            track.shown_height = elements.unsigned(element)
