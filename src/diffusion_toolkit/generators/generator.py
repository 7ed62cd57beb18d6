"""What a generator reader is: a name and a function from a file's container to the recipe in it."""

from collections.abc import Callable
from dataclasses import dataclass

from diffusion_toolkit.formats import Container
from diffusion_toolkit.record import Recipe


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Generator:
    """A program that makes pictures.

    slug: its name in records and queries; title: as people write it; sources: every place it writes to ("png:Dream"),
    without which it is not asked, or () to be asked always; objects: those of the sources where it only ever writes a
    JSON object: it is not asked because of another text there; read: the recipe it wrote, or None when the file is not
    its own. It must be total: damaged values go to the recipe's problems. completes: what this program's data adds to
    the recipe of another that ran it (SwarmUI runs ComfyUI and saves its graph); api_version: of the plugin interface,
    which a plugin must state.
    """

    slug: str
    title: str
    sources: tuple[str, ...]
    objects: tuple[str, ...] = ()
    read: Callable[[Container], Recipe | None]
    completes: Callable[[Container], Recipe | None] | None = None
    api_version: int | None = None
