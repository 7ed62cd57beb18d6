"""XMP packets with keywords and a description; whatever else a packet says stays to the byte.

Keywords are `dc:subject` (a bag), the description is `dc:description` (an alternative by language), as digiKam,
Lightroom and Windows read them.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.text import decoded, looks_like_utf16, utf16

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC: Final = "http://purl.org/dc/elements/1.1/"

_PARTS: Final = ("subject", "description")
_NEW: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>\n'
    '<?xpacket end="w"?>'
)
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>\s*")
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAMAGED: Final = "The XMP data of this file is damaged; nothing is written into it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is to be written: keywords and a text; None leaves what is there. append: keywords come beside those that
    are there."""

    tags: tuple[str, ...] | None
    text: str | None
    append: bool = False


def described(packet: bytes | None, description: Description) -> bytes:
    """The packet with this description. Raises UnreadableFile for one that cannot be read to its end."""
    text = _text(packet) if packet is not None else _NEW
    found = _Found()
    try:
        data = text.encode()
        found.parse(data)
    except (expat.ExpatError, ValueError) as error:
        raise UnreadableFile(_DAMAGED) from error
    if found.end is None:
        raise UnreadableFile(_DAMAGED)
    return _edited(data, found, description)


def _text(packet: bytes) -> str:
    if len(packet) > limits.LARGEST_TEXT_BYTES:
        raise UnreadableFile("The XMP data of this file is larger than can be read.")
    text = utf16(packet, little_endian=True) if looks_like_utf16(packet) else decoded(packet)
    return _DECLARATION.sub("", text.strip("\0\ufeff \t\r\n"))


@dataclass(slots=True)
class _Found:
    """Where things stand in a packet, in bytes. cuts: by "subject" and "description"; blocks: each with the parts it
    holds, "" for any other; end: of what RDF holds.
    """

    cuts: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {part: _no_spans() for part in _PARTS})
    blocks: list[tuple[int, int, set[str]]] = field(default_factory=list[tuple[int, int, set[str]]])
    subjects: list[str] = field(default_factory=list[str])
    about: str = ""
    end: int | None = None
    _data: bytes = b""
    _block: int = 0
    _holds: set[str] = field(default_factory=set[str])
    _around: list[str] = field(default_factory=list[str])
    _begin: int = 0
    _item: list[str] | None = None
    _prefixes: set[str] = field(default_factory=set[str])

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def start(name: str, attributes: dict[str, str]) -> None:
            self._start(name, attributes, parser.CurrentByteIndex)

        def end(name: str) -> None:
            self._end(name, parser.CurrentByteIndex)

        def characters(text: str) -> None:
            if self._item is not None:
                self._item.append(text)

        def prefix(name: str | None, uri: str | None) -> None:
            if uri == DC and name:
                self._prefixes.add(name)

        self._data = data
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler, parser.StartNamespaceDeclHandler = characters, prefix
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(data, True)

    def _start(self, name: str, attributes: dict[str, str], at: int) -> None:
        if len(self._around) >= limits.DEEPEST_XMP:
            raise ValueError("too deep")
        if name == f"{RDF} Description" and self._in_rdf(1):
            self.about = self.about or attributes.get(f"{RDF} about", "")
            self._block, self._holds = at, {"" for attribute in attributes if attribute != f"{RDF} about"}
            for part in self.cuts:
                if f"{DC} {part}" in attributes:
                    self._cut_attribute(part, at)
                    if part == "subject":
                        self.subjects.append(attributes[f"{DC} {part}"])
        elif self._in_rdf(2):
            self._begin = at
            self._holds.add(_part(name))
        elif name == f"{RDF} li" and f"{DC} subject" in self._around:
            self._item = []
        self._around.append(name)

    def _end(self, name: str, at: int) -> None:
        self._around.pop()
        if name == f"{RDF} li" and self._item is not None:
            self.subjects.append("".join(self._item).strip())
            self._item = None
        elif self._in_rdf(2) and _part(name):
            self.cuts[_part(name)].append((self._begin, _tag_end(self._data, at)))
        elif name == f"{RDF} Description" and self._in_rdf(1):
            self.blocks.append((self._block, _tag_end(self._data, at), self._holds))
        elif name == f"{RDF} RDF" and self.end is None:
            if self._data[at : at + 2] != b"</":
                raise ValueError("nothing in it")
            self.end = at

    def _in_rdf(self, depth: int) -> bool:
        """Whether the elements around are RDF and so many within it."""
        return len(self._around) >= depth and self._around[-depth] == f"{RDF} RDF"

    def _cut_attribute(self, part: str, at: int) -> None:
        tag = self._data[at : _tag_end(self._data, at)]
        for prefix in self._prefixes:
            pattern = rf"\s+{re.escape(prefix)}:{part}\s*=\s*(\"[^\"]*\"|'[^']*')"
            if match := re.search(pattern.encode(), tag):
                self.cuts[part].append((at + match.start(), at + match.end()))


def _edited(data: bytes, found: _Found, description: Description) -> bytes:
    assert found.end is not None
    inside, parts = "", set[str]()
    if description.tags is not None:
        parts.add("subject")
        tags = dict.fromkeys([*(found.subjects if description.append else ()), *description.tags])
        items = "".join(f"<rdf:li>{_escaped(tag)}</rdf:li>" for tag in tags if tag)
        inside += f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>" if items else ""
    if description.text is not None:
        parts.add("description")
        item = f'<rdf:li xml:lang="x-default">{_escaped(description.text)}</rdf:li>'
        inside += f"<dc:description><rdf:Alt>{item}</rdf:Alt></dc:description>" if description.text else ""
    spaces = f'xmlns:rdf="{RDF}" xmlns:dc="{DC}"'
    new = f"<rdf:Description {spaces} rdf:about={quoteattr(found.about)}>{inside}</rdf:Description>" if inside else ""
    # A block that held nothing else goes as a whole, so that writing again and again does not pile them up.
    gone = [(begin, end) for begin, end, holds in found.blocks if holds and holds <= parts]
    cuts = [cut for part in parts for cut in found.cuts[part] if not any(b <= cut[0] < e for b, e in gone)]
    pieces: list[bytes] = []
    at = 0
    for begin, end in (*sorted(cuts + gone), (found.end, found.end)):
        pieces.append(data[at:begin])
        at = end
    return b"".join((*pieces, new.encode(), data[at:]))


def _part(name: str) -> str:
    """Which of our parts an element is; "" for none."""
    uri, _, local = name.partition(" ")
    return local if uri == DC and local in _PARTS else ""


def _no_spans() -> list[tuple[int, int]]:
    return []


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("", text), {"\r": "&#13;"})


def _tag_end(data: bytes, at: int) -> int:
    """The position behind the tag that begins here."""
    quote = 0
    for place in range(at, len(data)):
        byte = data[place]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return place + 1
    raise ValueError("a tag without an end")


def _refuse(*_: object) -> None:
    raise ValueError("entities of its own")
