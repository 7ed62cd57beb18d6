"""XMP: the packet as it stands, and each of its simple properties, without entities, network or deep nesting."""

from dataclasses import dataclass, field
from xml.parsers import expat

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.container import Draft
from diffusion_toolkit.formats.text import decoded, looks_like_utf16, utf16

KEY = "XML:com.adobe.xmp"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PREFIXES = {
    _RDF: "rdf",
    "adobe:ns:meta/": "x",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
}
"""The usual prefix of each namespace, whatever prefix a file gives it."""

_WRAPPERS = frozenset({"x:xmpmeta", "x:xapmeta", "rdf:RDF", "rdf:Description"})
_LISTS = frozenset({"rdf:Alt", "rdf:Seq", "rdf:Bag", "rdf:li"})
_NO_PROPERTIES = frozenset({"rdf", "xml", "xmlns", "x"})

_TOO_LARGE = "The XMP data of this file is larger than can be read."
_ENTITIES = "The XMP data of this file defines entities of its own, which are not read."
_DAMAGED = "The XMP data of this file is damaged."


class _Stopped(Exception):
    """Raised in the midst of parsing, with the sentence that says why."""


def add_xmp(draft: Draft, data: bytes) -> None:
    """Add an XMP packet: whole as source "xmp", and its properties as "xmp:dc:description" and the like."""
    if len(data) > limits.LARGEST_TEXT_BYTES:
        draft.damaged(_TOO_LARGE)
        return
    packet = _packet_text(data)
    draft.add(KEY, packet, "xmp")
    if packet.startswith("<"):
        add_properties(draft, packet)


def packet_properties(data: bytes) -> dict[str, str]:
    """The properties of an XMP packet that is a file of its own, by name ("xmp:Rating"); none when it is damaged."""
    reader = _Packet()
    try:
        reader.parse(_packet_text(data))
    except (_Stopped, expat.ExpatError, UnicodeEncodeError):
        return {}
    return reader.properties


def add_properties(draft: Draft, packet: str) -> None:
    """Add the properties of a packet, as far as it can be read."""
    packet_reader = _Packet()
    try:
        packet_reader.parse(packet)
    except _Stopped as stopped:
        draft.damaged(str(stopped))
    except (expat.ExpatError, UnicodeEncodeError):
        draft.damaged(_DAMAGED)
    for name, value in packet_reader.properties.items():
        draft.add(name, value, f"xmp:{name}")


@dataclass(slots=True)
class _Packet:
    """Where the parser stands in a packet: the elements around it, and the property it is in."""

    properties: dict[str, str] = field(default_factory=dict[str, str])
    prefixes: dict[str, str] = field(default_factory=dict[str, str])
    around: list[str] = field(default_factory=list[str])
    elements: int = 0
    property_name: str | None = None
    property_depth: int = 0
    is_simple: bool = True
    first_only: bool = False
    items: list[str] = field(default_factory=list[str])
    text: list[str] = field(default_factory=list[str])

    def parse(self, packet: str) -> None:
        """Take the properties of this packet. Raises _Stopped or ExpatError; what came before stays."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text.append
        parser.StartDoctypeDeclHandler = _refuse_entities
        parser.Parse(packet, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if (
            self.elements > limits.MOST_XMP_ELEMENTS
            or len(self.around) >= limits.DEEPEST_XMP
            or len(attributes) > limits.MOST_XMP_PROPERTIES
        ):
            raise _Stopped(_TOO_LARGE)
        self._learn_prefixes(attributes)
        name = self._usual(name)
        self.text.clear()
        if self.property_name is None:
            if name in _WRAPPERS:
                self._take_attributes(attributes)
            else:
                self._begin_property(name, attributes)
        elif name in _LISTS:
            self.first_only = self.first_only or name == "rdf:Alt"
            self.is_simple = self.is_simple and not self._has_fields(attributes)
        else:
            self.is_simple = False
        self.around.append(name)

    def _begin_property(self, name: str, attributes: dict[str, str]) -> None:
        self.property_name, self.property_depth = name, len(self.around)
        self.is_simple, self.first_only = not self._has_fields(attributes), False
        self.items.clear()

    def _end(self, _: str) -> None:
        name = self.around.pop()
        if self.property_name is None:
            return
        at_end = len(self.around) == self.property_depth
        if self.is_simple and (name == "rdf:li" or (at_end and not self.items)):
            self.items.append("".join(self.text))
        self.text.clear()
        if at_end:
            items = [item for item in self.items if item.strip()]
            if self.is_simple and items:
                self._keep(self.property_name, items[0] if self.first_only else ", ".join(items))
            self.property_name = None

    def _take_attributes(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            self._keep(self._usual(name), value)

    def _keep(self, name: str, value: str) -> None:
        prefix = name.partition(":")[0]
        if prefix in _NO_PROPERTIES or name in self.properties:
            return
        if len(self.properties) >= limits.MOST_XMP_PROPERTIES:
            raise _Stopped(_TOO_LARGE)
        self.properties[name] = value

    def _has_fields(self, attributes: dict[str, str]) -> bool:
        """Whether this element is a structure, its fields written as attributes."""
        if not attributes:
            return False
        usual = (self._usual(name) for name in attributes)
        return any(name.partition(":")[0] not in _NO_PROPERTIES or name == "rdf:parseType" for name in usual)

    def _learn_prefixes(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.startswith("xmlns:") and value in _PREFIXES:
                self.prefixes[name[6:]] = _PREFIXES[value]

    def _usual(self, name: str) -> str:
        prefix, colon, rest = name.partition(":")
        return f"{self.prefixes.get(prefix, prefix)}:{rest}" if colon else name


def _packet_text(data: bytes) -> str:
    return (utf16(data, little_endian=True) if looks_like_utf16(data) else decoded(data)).strip("\0\ufeff \t\r\n")


def _refuse_entities(*_: object) -> None:
    raise _Stopped(_ENTITIES)
