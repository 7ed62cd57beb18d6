"""The facts of a film in MP4 or QuickTime: size, length, codecs and frame rate, out of its `moov` box."""

from collections.abc import Callable
from dataclasses import dataclass, field

from diffusion_toolkit.formats import codecs, film, limits
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.isobmff import Box, Boxes, number, unpacked, versioned
from diffusion_toolkit.formats.isobmff_tags import read_meta, read_user_data, read_xmp

_PICTURES = (b"vide", b"pict")
_LARGEST_ENTRY = 4096


@dataclass(slots=True)
class Track:
    """One track; times in units of its own time scale.

    kind: "vide", "soun" …; turned: it is to be shown lying on its side; frames, frames_time: how many frames of its
    table of times, and how long they take together.
    """

    kind: bytes = b""
    number: int = 0
    enabled: bool = True
    size: tuple[int, int] = (0, 0)
    shown: tuple[int, int] = (0, 0)
    turned: bool = False
    time_scale: int = 0
    duration: int = 0
    entry: bytes = b""
    frames: int = 0
    frames_time: int = 0
    frame_time: int = 0


@dataclass(slots=True)
class Film:
    """A film's `moov` box; fragmented: most of its frames stand in `moof` boxes behind; whole_time: their length."""

    time_scale: int = 0
    duration: int = 0
    fragmented: bool = False
    whole_time: int = 0
    tracks: list[Track] = field(default_factory=list[Track])

    @property
    def picture(self) -> Track | None:
        """The track that is shown: the first that is switched on."""
        pictures = [track for track in self.tracks if track.kind in _PICTURES]
        return next((track for track in pictures if track.enabled), pictures[0] if pictures else None)

    @property
    def sound(self) -> Track | None:
        """The track that is heard."""
        return next((track for track in self.tracks if track.kind == b"soun"), None)


def read_film(boxes: Boxes, tags: Tags | None, moov: Box) -> Film:
    """Read a `moov` box; its tags go to `tags`, if they are wanted."""
    found = Film()
    extends: dict[int, int] = {}
    for box in boxes.inside(moov.begin, moov.end):
        if box.kind == b"mvhd":
            found.time_scale, found.duration = versioned(boxes.body(box, 32), 12, 20)
        elif box.kind == b"trak":
            found.tracks.append(_track(boxes, box))
        elif box.kind == b"mvex":
            found.fragmented = True
            _read_extends(boxes, box, found, extends)
        elif box.kind == b"udta" and tags:
            read_user_data(boxes, tags, box)
        elif box.kind == b"meta" and tags:
            read_meta(boxes, tags, box)
        elif box.kind == b"uuid" and tags:
            read_xmp(boxes, box)
    for track in found.tracks:
        track.frame_time = extends.get(track.number, 0)
    return found


def _read_extends(boxes: Boxes, mvex: Box, found: Film, extends: dict[int, int]) -> None:
    for box in boxes.inside(mvex.begin, mvex.end):
        body = boxes.body(box, 24)
        if box.kind == b"mehd":
            found.whole_time = number(body, 4, 8 if body[:1] == b"\1" else 4)
        elif box.kind == b"trex":
            extends[number(body, 4, 4)] = number(body, 12, 4)


def _track(boxes: Boxes, trak: Box) -> Track:
    track = Track()
    for box in boxes.inside(trak.begin, trak.end):
        if box.kind == b"tkhd":
            _read_header(track, boxes.body(box, 96))
        elif box.kind == b"mdia":
            _read_media(boxes, track, box)
    return track


def _read_header(track: Track, body: bytes) -> None:
    wide = body[:1] == b"\1"
    track.enabled = bool(number(body, 3, 1) & 1)
    track.number = number(body, 20 if wide else 12, 4)
    matrix = 52 if wide else 40
    a, b, c, d = (number(body, matrix + place, 4) for place in (0, 4, 12, 16))
    track.turned = a == d == 0 and b != 0 and c != 0
    track.shown = (number(body, matrix + 36, 2), number(body, matrix + 40, 2))


def _read_media(boxes: Boxes, track: Track, mdia: Box) -> None:
    for box in boxes.inside(mdia.begin, mdia.end):
        if box.kind == b"mdhd":
            track.time_scale, track.duration = versioned(boxes.body(box, 32), 12, 20)
        elif box.kind == b"hdlr":
            track.kind = boxes.body(box, 12)[8:]
        elif box.kind == b"minf":
            for inner in boxes.inside(box.begin, box.end):
                if inner.kind == b"stbl":
                    _read_samples(boxes, track, inner)


def _read_samples(boxes: Boxes, track: Track, stbl: Box) -> None:
    for box in boxes.inside(stbl.begin, stbl.end):
        if box.kind == b"stsd":
            track.entry = boxes.body(box, _LARGEST_ENTRY)[8:]
            track.size = (number(track.entry, 32, 2), number(track.entry, 34, 2))
        elif box.kind == b"stts":
            body = boxes.body(box, 8 + 8 * limits.MOST_TABLE_ROWS)
            rows = min(number(body, 4, 4), limits.MOST_TABLE_ROWS)
            for count, time in unpacked(">II", body[8:], rows):
                track.frames += count
                track.frames_time += count * time


def set_facts(boxes: Boxes, found: Film) -> None:
    """Give the draft what the film's own tables say. Fragments, if there are any, come on top of that."""
    draft = boxes.draft
    times = [(found.duration, found.time_scale)]
    times += [(track.duration, track.time_scale) for track in found.tracks]
    if found.fragmented:
        times.insert(0, (found.whole_time, found.time_scale))
    draft.duration_s = next((length for length in (film.seconds(*time) for time in times) if length), None)
    picture, sound = found.picture, found.sound
    if picture:
        width, height = picture.size if all(picture.size) else picture.shown
        film.set_size(draft, *((height, width) if picture.turned else (width, height)))
        draft.codec = _codec(picture.entry, codecs.video_codec)
        draft.frame_rate = film.frame_rate(picture.frames, picture.frames_time, picture.time_scale)
    if sound:
        draft.audio_codec = _codec(sound.entry, codecs.audio_codec)


def _codec(entry: bytes, by_code: Callable[[bytes], str | None]) -> str | None:
    """The codec of a sample entry: its four letters, the ones behind an encryption, or a number in its `esds`."""
    code = entry[4:8]
    if code in (b"encv", b"enca"):
        place = entry.find(b"frma")
        code = entry[place + 4 : place + 8] if place > 0 else b""
    exact = codecs.mpeg4_codec(_object_type(entry)) if code in (b"mp4a", b"mp4v") else None
    return exact or (by_code(code) if code else None)


def _object_type(entry: bytes) -> int:
    """The object type in an elementary stream descriptor: tag 3 holds tag 4, whose first byte it is."""
    place = entry.find(b"esds")
    if place < 0:
        return 0
    offset = _behind_length(entry, place + 9) if entry[place + 8 : place + 9] == b"\3" else place + 8
    if offset > place + 8:
        flags = number(entry, offset + 2, 1)
        offset += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
    if entry[offset : offset + 1] != b"\4":
        return 0
    return number(entry, _behind_length(entry, offset + 1), 1)


def _behind_length(entry: bytes, offset: int) -> int:
    """A descriptor's length takes one to four bytes; all but the last have their highest bit set."""
    for _ in range(3):
        if not number(entry, offset, 1) & 0x80:
            break
        offset += 1
    return offset + 1
