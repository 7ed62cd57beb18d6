"""One state of the catalog: everything a query needs, and nothing in it ever changes."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.albums import Albums
from diffusion_toolkit.catalog.columns import Columns, Flag, Ints, Longs, Mask, Places, no_columns
from diffusion_toolkit.catalog.dimensions import Dimension, Folders, Resources, TagNames, Words
from diffusion_toolkit.catalog.graphs import Graphs
from diffusion_toolkit.catalog.kept import Kept
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.names import Names
from diffusion_toolkit.catalog.orders import OrderCache
from diffusion_toolkit.catalog.prompts import Prompts
from diffusion_toolkit.catalog.tallies import Tallies
from diffusion_toolkit.catalog.weights import RESOURCE_WEIGHTS, TAG_WEIGHTS
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store.feed import AlbumRow, Origin, Snapshot

GENERATION_TABLES = ("model", "sampler", "scheduler", "generator")


@dataclass(frozen=True)
class State:
    """The library as of one database snapshot.

    library: counts how often everything was read anew; positions mean the same within one ·
    revision: counts the states since the program started · places: where the image of an id stands ·
    dimensions: model, sampler, scheduler, generator · exts, formats: what the columns `ext` and `format` point to ·
    tags, tag_lists: tags by name, and of each image · resources, resource_lists: likewise what recipes name ·
    nsfw_hidden: no query finds pictures that are marked NSFW, whatever it says ·
    kept: what was worked out of this state, by those who need it again ·
    orders, tallies: prepared sort orders and counts, filled as they are asked for.
    """

    library: int
    revision: int
    origin: Origin
    snapshot: Snapshot
    columns: Columns = field(default_factory=no_columns)
    places: Places = field(default_factory=lambda: Places(np.empty(0, np.int32)))
    names: Names = field(default_factory=lambda: Names(0, np.empty(0, np.uint8), np.zeros(1, np.int64)))
    exts: Words = field(default_factory=Words)
    formats: Words = field(default_factory=Words)
    folders: Folders = field(default_factory=Folders)
    dimensions: Mapping[str, Dimension] = field(
        default_factory=lambda: {table: Dimension() for table in GENERATION_TABLES}
    )
    graphs: Graphs = field(default_factory=Graphs)
    prompts: Prompts = field(default_factory=lambda: Prompts(Places(np.empty(0, np.int32))))
    tags: TagNames = field(default_factory=TagNames)
    tag_lists: Lists = field(default_factory=lambda: Lists.none(TAG_WEIGHTS), repr=False)
    resources: Resources = field(default_factory=Resources)
    resource_lists: Lists = field(default_factory=lambda: Lists.none(RESOURCE_WEIGHTS), repr=False)
    albums: Albums = field(default_factory=Albums)
    orders: OrderCache = field(default_factory=OrderCache, repr=False)
    tallies: Tallies = field(default_factory=Tallies, repr=False, compare=False)
    nsfw_hidden: bool = False
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    def as_of(self, snapshot: Snapshot) -> "State":
        """The same library as of a later snapshot in which nothing changed, with all that was worked out of it."""
        return self._the_same_but("snapshot", snapshot)

    def with_lists(self, name: str, lists: Lists) -> "State":
        """The same library with the same values in another form."""
        return self._the_same_but(name, lists)

    def _the_same_but(self, name: str, value: object) -> "State":
        other = copy(self)
        object.__setattr__(other, name, value)
        return other

    @property
    def count(self) -> int:
        """Places, dead ones included."""
        return self.columns.count

    @cached_property
    def alive(self) -> Mask:
        """Images that were not deleted from the library."""
        return _shared((self.columns["flags"] & np.uint8(Flag.DEAD)) == 0)

    @cached_property
    def present(self) -> Mask:
        """Images whose file was there when last looked for."""
        return _shared((self.columns["flags"] & np.uint8(Flag.DEAD | Flag.MISSING)) == 0)

    @cached_property
    def shown(self) -> Mask:
        """Images whose folder is not excluded, and that are not hidden as NSFW."""
        folders = self.folders.shown
        found = np.ones(self.count, np.bool_) if folders.all() else folders.take(self.columns["folder"])
        return _shared(found & ~self.columns.has(Flag.NSFW) if self.nsfw_hidden else found)

    def is_listed(self, positions: Ints) -> Mask:
        """Which of these images a query for everything finds."""
        flags = self.columns["flags"][positions]
        hidden = Flag.DEAD | Flag.MISSING | (Flag.NSFW if self.nsfw_hidden else 0)
        return ((flags & np.uint8(hidden)) == 0) & self.folders.shown[self.columns["folder"][positions]]

    def is_hidden(self, image_id: int) -> bool:
        """Whether nothing may be told of this image. Unknown ones are: nobody can say what they show."""
        if not self.nsfw_hidden:
            return False
        position = int(self.positions(np.array([image_id], np.int32))[0])
        return position < 0 or bool(self.columns["flags"][position] & np.uint8(Flag.NSFW))

    def without_hidden(self, ids: Longs) -> Longs:
        """Those of these images of which something may be told, in their order."""
        if not self.nsfw_hidden or not len(ids):
            return ids
        positions = self.positions(ids.astype(np.int32))
        marked = (self.columns["flags"][positions] & np.uint8(Flag.NSFW)) != 0
        return ids[(positions >= 0) & ~marked]

    @cached_property
    def image_count(self) -> int:
        """How many images a query for everything finds."""
        return int(np.count_nonzero(self.present & self.shown))

    @cached_property
    def width_known(self) -> Mask:
        """Images whose width and height are known."""
        return _shared((self.columns["width"] > 0) & (self.columns["height"] > 0))

    def album_positions(self, row: AlbumRow) -> Ints:
        """The images of an album in its order; none of a smart one, whose query decides."""
        return self.albums.positions(row, self.places)

    def name(self, position: int) -> str:
        """The file name as one shows it."""
        return printable(self.names[int(self.columns["name"][position])])

    def keep_listed(self) -> None:
        """Find now which images a query for everything finds, so that no query has to."""
        _ = self.alive, self.image_count

    def keep_ranks(self) -> None:
        """Give new names and prompts their rank now, if anybody ever sorted by them, so that no query has to."""
        if self.names.folded.order.order is not None:
            self.names.ranks()
        if self.prompts.order.order is not None:
            self.prompts.ranks()

    def positions(self, ids: Ints) -> Ints:
        """Where the images of these ids stand, -1 for unknown ones."""
        return self.places.find(ids)


def _shared(mask: Mask) -> Mask:
    """Many queries look at it, so none may write into it."""
    mask.flags.writeable = False
    return mask
