"""AVI films: their facts and tags; the frames are stepped over."""

from collections.abc import Iterator
from typing import NamedTuple

from diffusion_toolkit.formats import codecs, film, limits, xmp
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.text import decoded
from diffusion_toolkit.formats.window import Window

_CUT_OFF = "This AVI file is cut off: its end is missing."
_WRONG = "This AVI file is damaged: one of its parts has a wrong length."
_TOO_MANY = "This AVI file has too many parts to be read to its end."
_STILL_RECORDED = (0, 0xFFFFFFFF)
"""Lengths of a file whose recording was never finished."""

_NAMES = {
    b"ICMT": "comment",
    b"INAM": "title",
    b"ISFT": "encoder",
    b"IART": "artist",
    b"ICOP": "copyright",
    b"ICRD": "date",
    b"IDIT": "date",
    b"IGNR": "genre",
    b"IKEY": "keywords",
    b"ISBJ": "description",
    b"IPRD": "album",
}


class _Chunk(NamedTuple):
    kind: bytes
    begin: int
    end: int


class _Reader:
    """One AVI while it is read. frames, scale, rate: of the pictures; all_frames: of all parts of a large file."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.window = Window(draft.source)
        self.tags = Tags(draft, "avi", "AVI")
        self.left = limits.MOST_ELEMENTS
        self.microseconds = self.frames = self.scale = self.rate = self.all_frames = 0
        self.has_pictures = False

    def chunks(self, begin: int, end: int) -> Iterator[_Chunk]:
        """The chunks between two offsets; a LIST or RIFF is named by its type, and given without it."""
        whole = end == self.draft.source.size
        while begin + 8 <= end:
            if self.left <= 0:
                self.draft.damaged(_TOO_MANY)
                return
            self.left -= 1
            header = self.window.at(begin, 12)
            kind, length = header[:4], int.from_bytes(header[4:8], "little")
            content = begin + 8
            if kind in (b"LIST", b"RIFF"):
                kind, content = header[8:12], begin + 12
                length = end - begin - 8 if length in _STILL_RECORDED else length
            stop = begin + 8 + length
            if stop > end:
                self.draft.damaged(_CUT_OFF if whole else _WRONG)
                stop = end
            yield _Chunk(kind, min(content, stop), stop)
            begin = stop + (length & 1)

    def body(self, chunk: _Chunk, most: int = 64) -> bytes:
        return self.window.at(chunk.begin, min(chunk.end - chunk.begin, most))

    def read(self) -> None:
        for riff in self.chunks(0, self.draft.source.size):
            if riff.kind not in (b"AVI ", b"AVIX"):
                break
            for chunk in self.chunks(riff.begin, riff.end):
                self._read_part(chunk)

    def _read_part(self, chunk: _Chunk) -> None:
        if chunk.kind == b"hdrl":
            self._read_headers(chunk)
        elif chunk.kind == b"INFO":
            self._read_info(chunk)
        elif chunk.kind == b"movi":
            self.draft.pixel_spans.append((chunk.begin, chunk.end - chunk.begin))
        elif chunk.kind == b"_PMX" and self.tags.room(chunk.end - chunk.begin):
            xmp.add_xmp(self.draft, self.body(chunk, chunk.end - chunk.begin))

    def _read_headers(self, headers: _Chunk) -> None:
        for chunk in self.chunks(headers.begin, headers.end):
            body = self.body(chunk)
            if chunk.kind == b"avih":
                self.microseconds, self.frames = _number(body, 0), _number(body, 16)
                film.set_size(self.draft, _number(body, 32), _number(body, 36))
            elif chunk.kind == b"strl":
                self._read_stream(chunk)
            elif chunk.kind == b"odml":
                for inner in self.chunks(chunk.begin, chunk.end):
                    self.all_frames = _number(self.body(inner), 0) if inner.kind == b"dmlh" else self.all_frames
            elif chunk.kind == b"INFO":
                self._read_info(chunk)
            elif chunk.kind == b"IDIT":
                self._add_text(chunk)

    def _read_stream(self, stream: _Chunk) -> None:
        head = form = b""
        for chunk in self.chunks(stream.begin, stream.end):
            if chunk.kind == b"strh":
                head = self.body(chunk)
            elif chunk.kind == b"strf":
                form = self.body(chunk)
        if head[:4] == b"vids" and not self.has_pictures:
            self.has_pictures = True
            self.scale, self.rate = _number(head, 20), _number(head, 24)
            self.frames = _number(head, 32) or self.frames
            height = int.from_bytes(form[8:12], "little", signed=True)
            film.set_size(self.draft, _number(form, 4), abs(height))
            self.draft.codec = codecs.video_codec(form[16:20] or head[4:8])
        elif head[:4] == b"auds" and self.draft.audio_codec is None:
            self.draft.audio_codec = codecs.wave_codec(int.from_bytes(form[:2], "little"))

    def _read_info(self, info: _Chunk) -> None:
        for chunk in self.chunks(info.begin, info.end):
            self._add_text(chunk)

    def _add_text(self, chunk: _Chunk) -> None:
        length = chunk.end - chunk.begin
        if self.tags.room(length):
            key = decoded(chunk.kind)
            self.tags.add(key, self.body(chunk, length).strip(b"\0\r\n"), _NAMES.get(chunk.kind, key.strip()))


def _read(draft: Draft) -> None:
    reader = _Reader(draft)
    reader.read()
    scale, rate = reader.scale, reader.rate
    if not scale or not rate:
        scale, rate = reader.microseconds, 1_000_000
    draft.duration_s = film.seconds(max(reader.all_frames, reader.frames) * scale, rate)
    draft.frame_rate = film.frame_rate(1, scale, rate)
    if not reader.has_pictures:
        draft.damaged("This AVI file is damaged: it holds no film.")
    elif not draft.pixel_spans:
        draft.damaged(_CUT_OFF)


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "little")


AVI = Format(
    slug="avi",
    title="AVI",
    extensions=(".avi",),
    matches=lambda head: head[:4] == b"RIFF" and head[8:12] == b"AVI ",
    read=_read,
)
