"""MP4 and QuickTime films: their facts and tags; the frames themselves are stepped over."""

from diffusion_toolkit.formats.container import Draft, Format
from diffusion_toolkit.formats.film import Tags
from diffusion_toolkit.formats.isobmff import Box, Boxes, brand
from diffusion_toolkit.formats.isobmff_film import Film, read_film, set_facts
from diffusion_toolkit.formats.isobmff_fragments import set_fragment_facts
from diffusion_toolkit.formats.isobmff_tags import read_meta, read_xmp


def _read_as(slug: str, title: str, draft: Draft) -> None:
    boxes = Boxes(draft, title)
    tags = Tags(draft, slug, title)
    found: Film | None = None
    index = b""
    for box in boxes.inside(0, draft.source.size):
        if box.kind == b"moov" and found is None:
            found = read_film(boxes, tags, box)
            set_facts(boxes, found)
        elif box.kind == b"mdat":
            draft.pixel_spans.append((box.begin, box.end - box.begin))
        elif box.kind == b"uuid":
            read_xmp(boxes, box)
        elif box.kind == b"meta":
            read_meta(boxes, tags, box)
        elif box.kind == b"sidx":
            index = index or boxes.body(box)
        elif box.kind == b"moof" and found and found.fragmented:
            _read_fragments(boxes, found, box, index)
            return
    _check(boxes, found)


def _read_fragments(boxes: Boxes, found: Film, moof: Box, index: bytes) -> None:
    """Fragments are many, so they are not walked over to the end, and their pixels have no digest."""
    boxes.draft.pixel_spans.clear()
    set_fragment_facts(boxes, found, moof, index)


def _check(boxes: Boxes, found: Film | None) -> None:
    draft = boxes.draft
    if found is None:
        draft.damaged(f"This {boxes.title} file is damaged or cut off: the part that describes the film is missing.")
    elif found.picture is None:
        draft.damaged(f"This {boxes.title} file holds no film.")
    elif not draft.pixel_spans and not found.fragmented:
        draft.damaged(boxes.cut_off)


MP4 = Format(
    slug="mp4",
    title="MP4",
    extensions=(".mp4", ".m4v"),
    matches=lambda head: brand(head) == "mp4",
    read=lambda draft: _read_as("mp4", "MP4", draft),
)
MOV = Format(
    slug="mov",
    title="QuickTime",
    extensions=(".mov",),
    matches=lambda head: brand(head) == "mov",
    read=lambda draft: _read_as("mov", "QuickTime", draft),
)
