"""AVIF and HEIF pictures, and AVIF's short films: size, EXIF, XMP, and where the pixels are."""

from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.isobmff import Boxes, brand
from diffusion_toolkit.formats.isobmff_film import Film, read_film, set_facts
from diffusion_toolkit.formats.isobmff_items import read_items
from diffusion_toolkit.formats.isobmff_tags import read_xmp


def _read_as(title: str, draft: Draft) -> None:
    boxes = Boxes(draft, title)
    found: Film | None = None
    pixels: list[tuple[int, int]] = []
    has_items = False
    for box in boxes.inside(0, draft.source.size):
        if box.kind == b"meta" and not has_items:
            has_items = True
            read_items(boxes, box)
        elif box.kind == b"moov" and found is None:
            found = read_film(boxes, None, box)
        elif box.kind == b"mdat":
            pixels.append((box.begin, box.end - box.begin))
        elif box.kind == b"uuid":
            read_xmp(boxes, box)
    if found and found.picture:
        _set_sequence(boxes, found)
        draft.pixel_spans = pixels
    elif not draft.pixel_spans:
        draft.damaged(f"This {title} file is damaged or cut off: it holds no picture.")


def _set_sequence(boxes: Boxes, found: Film) -> None:
    """A film among pictures has a length and a frame rate; the main picture's size counts, and no codec is told."""
    draft = boxes.draft
    size = draft.width, draft.height
    set_facts(boxes, found)
    draft.codec = None
    if all(size):
        draft.width, draft.height = size


AVIF = Format(
    slug="avif",
    title="AVIF",
    extensions=(".avif", ".avifs"),
    matches=lambda head: brand(head) == "avif",
    read=lambda draft: _read_as("AVIF", draft),
)
HEIF = Format(
    slug="heif",
    title="HEIF",
    extensions=(".heif", ".heic", ".hif"),
    matches=lambda head: brand(head) == "heif",
    read=lambda draft: _read_as("HEIF", draft),
)
