"""Keywords and descriptions written into files: as XMP, without touching a pixel or any other text."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats.source import Source
from diffusion_toolkit.media.describing import jpeg, png, webp
from diffusion_toolkit.media.describing.packet import Description, described
from diffusion_toolkit.media.describing.splices import Splice, backwards, spliced

__all__ = ["WRITERS", "Description", "Splice", "backwards", "changes", "spliced"]

Edit = Callable[[bytes | None], bytes]

WRITERS: Final[Mapping[str, Callable[[Source, Edit], list[Splice]]]] = {
    "png": png.splices,
    "jpeg": jpeg.splices,
    "webp": webp.splices,
}
"""By the slug of a format: what finds the place of the packet."""


def changes(source: Source, form: str | None, description: Description) -> list[Splice]:
    """What has to change in a file of this format (a slug) so that it says this; nothing where it does already.

    Raises UnreadableFile for other formats and for files that are damaged.
    """
    if form not in WRITERS:
        raise UnreadableFile("Tags and captions are written into PNG, JPEG and WebP files only. Write them beside it.")
    found = WRITERS[form](source, partial(described, description=description))
    return [splice for splice in found if source.read(splice.offset, splice.length) != splice.new]
