"""Matroska and WebM films: facts and tags; the clusters of frames are jumped over."""

from diffusion_toolkit.formats import film
from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.ebml import Element, Elements
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.matroska_tags import read_tags
from diffusion_toolkit.formats.matroska_tracks import read_tracks

_MAGIC = b"\x1a\x45\xdf\xa3"
_SEGMENT, _SEEK_HEAD, _INFO, _TRACKS, _TAGS = 0x18538067, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1254C367
_CLUSTER, _CUES, _ATTACHMENTS, _CHAPTERS = 0x1F43B675, 0x1C53BB6B, 0x1941A469, 0x1043A770
_TOP_LEVEL = (_SEEK_HEAD, _INFO, _TRACKS, _TAGS, _CLUSTER, _CUES, _ATTACHMENTS, _CHAPTERS)
_SEEK, _SEEK_POSITION = 0x4DBB, 0x53AC
_TIME_SCALE, _DURATION, _TITLE = 0x2AD7B1, 0x4489, 0x7BA9
_USUAL_TIME_SCALE = 1_000_000
"""Nanoseconds per tick, when the file does not say."""

_MOST_JUMPS = 64


class _Reader:
    """One segment while it is read. done: where the parts begin that have been read; ahead: where others begin."""

    def __init__(self, elements: Elements, tags: Tags, segment: Element) -> None:
        self.elements, self.tags, self.segment = elements, tags, segment
        self.done: set[int] = set()
        self.ahead: list[int] = []
        self.cluster: Element | None = None

    def read(self) -> None:
        """Read up to the first cluster, then what the index says is behind the clusters, or else step over them."""
        self._walk(self.segment.begin)
        if self.cluster is None:
            return
        pixels_end = min((place for place in self.ahead if place > self.cluster.offset), default=self.segment.end)
        if not self.ahead:
            pixels_end = self._step_over(self.cluster)
        for _ in range(_MOST_JUMPS):
            if not self.ahead:
                break
            self._jump(self.ahead.pop(0))
        self.elements.draft.pixel_spans.append((self.cluster.offset, pixels_end - self.cluster.offset))

    def _jump(self, offset: int) -> None:
        """Read the parts from an offset of the index on, if there are any: indexes of changed files may be wrong."""
        if int.from_bytes(self.elements.window.at(offset, 4), "big") in _TOP_LEVEL:
            self._walk(offset)

    def _walk(self, offset: int) -> None:
        """Read the parts from an offset on, up to a cluster or a part that has been read."""
        for element in self.elements.inside(offset, self.segment.end):
            if element.id == _CLUSTER:
                self.cluster = self.cluster or element
                return
            if element.offset in self.done:
                return
            self.done.add(element.offset)
            self._read_part(element)

    def _read_part(self, element: Element) -> None:
        if element.id == _SEEK_HEAD:
            self._read_index(element)
        elif element.id == _INFO:
            self._read_info(element)
        elif element.id == _TRACKS:
            read_tracks(self.elements, element)
        elif element.id == _TAGS:
            read_tags(self.elements, self.tags, element)

    def _read_index(self, index: Element) -> None:
        for seek in self.elements.inside(index.begin, index.end):
            if seek.id != _SEEK:
                continue
            for element in self.elements.inside(seek.begin, seek.end):
                place = self.segment.begin + self.elements.unsigned(element)
                if element.id == _SEEK_POSITION and place < self.segment.end and place not in self.done:
                    self.ahead.append(place)

    def _read_info(self, info: Element) -> None:
        scale, ticks = _USUAL_TIME_SCALE, 0.0
        for element in self.elements.inside(info.begin, info.end):
            if element.id == _TIME_SCALE:
                scale = self.elements.unsigned(element)
            elif element.id == _DURATION:
                ticks = self.elements.real(element)
            elif element.id == _TITLE and self.tags.room(element.end - element.begin):
                self.tags.add("title", self.elements.body(element, element.end - element.begin))
        self.elements.draft.duration_s = film.seconds(ticks * scale, 1_000_000_000)

    def _step_over(self, first: Element) -> int:
        """Look behind the clusters of a file without an index for other parts; gives where the clusters end.

        Clusters of unknown length, as live recordings have them, end where something begins that they cannot hold.
        """
        search = Elements(self.elements.draft, self.elements.title, searching=True)
        begin = first.begin if first.open else first.end
        end = self.segment.end
        while begin < self.segment.end:
            for element in search.inside(begin, self.segment.end):
                begin = element.begin if element.id == _CLUSTER and element.open else element.end
                if element.id == _CLUSTER:
                    break
                if element.id in _TOP_LEVEL:
                    end = min(end, element.offset)
                    self._read_part(element)
            else:
                break
        return end


def _read_as(slug: str, title: str, draft: Draft) -> None:
    elements = Elements(draft, title)
    tags = Tags(draft, slug, title)
    for element in elements.inside(0, draft.source.size):
        if element.id == _SEGMENT:
            _Reader(elements, tags, element).read()
            break
    if draft.width is None:
        draft.damaged(f"This {title} file holds no film.")
    elif not draft.pixel_spans:
        draft.damaged(elements.cut_off)


def _is_webm(head: bytes) -> bool:
    """Whether the document type, which stands in the first few bytes, is WebM's."""
    return b"\x42\x82\x84webm" in head


WEBM = Format(
    slug="webm",
    title="WebM",
    extensions=(".webm",),
    matches=lambda head: head.startswith(_MAGIC) and _is_webm(head),
    read=lambda draft: _read_as("webm", "WebM", draft),
)
MKV = Format(
    slug="mkv",
    title="Matroska",
    extensions=(".mkv",),
    matches=lambda head: head.startswith(_MAGIC) and not _is_webm(head),
    read=lambda draft: _read_as("mkv", "Matroska", draft),
)
