"""The tags of a Matroska or WebM film: names and texts, some of them within others."""

from diffusion_toolkit.formats import limits
from diffusion_toolkit.formats.ebml import Element, Elements
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.text import decoded

_TAG, _TARGETS, _TRACK, _SIMPLE, _NAME, _STRING = 0x7373, 0x63C0, 0x63C5, 0x67C8, 0x45A3, 0x4487


def read_tags(elements: Elements, tags: Tags, part: Element) -> None:
    """Read the tags of the film as a whole; those of single tracks only tell what encoded them."""
    for tag in elements.inside(part.begin, part.end):
        if tag.id != _TAG:
            continue
        simple: list[Element] = []
        of_track = False
        for element in elements.inside(tag.begin, tag.end):
            if element.id == _TARGETS:
                of_track = any(
                    inner.id == _TRACK and elements.unsigned(inner)
                    for inner in elements.inside(element.begin, element.end)
                )
            elif element.id == _SIMPLE:
                simple.append(element)
        for element in () if of_track else simple:
            _read_simple(elements, tags, element, limits.DEEPEST_TAGS)


def _read_simple(elements: Elements, tags: Tags, simple: Element, depth: int) -> None:
    name = ""
    value: Element | None = None
    inner: list[Element] = []
    for element in elements.inside(simple.begin, simple.end):
        if element.id == _NAME:
            name = decoded(elements.body(element, 1024)).strip("\0 ")
        elif element.id == _STRING:
            value = element
        elif element.id == _SIMPLE and depth > 0:
            inner.append(element)
    if name and value and tags.room(value.end - value.begin):
        tags.add(name, elements.body(value, value.end - value.begin))
    for element in inner:
        _read_simple(elements, tags, element, depth - 1)
