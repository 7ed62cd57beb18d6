"""One state of the catalog: everything a query needs, and nothing in it ever changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Columns, Flag, Ints, Mask, Places, no_columns
from diffusion_toolkit.catalog.dimensions import Dimension, Folders, Words
from diffusion_toolkit.catalog.graphs import Graphs
from diffusion_toolkit.catalog.names import Names
from diffusion_toolkit.catalog.orders import OrderCache
from diffusion_toolkit.catalog.prompts import Prompts
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store.feed import Origin, Snapshot

GENERATION_TABLES = ("model", "sampler", "scheduler", "generator")


@dataclass(frozen=True)
class State:
    """The library as of one database snapshot.

    library: counts how often everything was read anew; positions mean the same within one ·
    revision: counts the states since the program started · places: where the image of an id stands ·
    dimensions: model, sampler, scheduler, generator · exts, formats: what the columns `ext` and `format` point to ·
    orders: prepared sort orders, filled as they are asked for.
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
    orders: OrderCache = field(default_factory=OrderCache, repr=False)

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
    def image_count(self) -> int:
        """How many images a query for everything finds."""
        return int(np.count_nonzero(self.present))

    @cached_property
    def width_known(self) -> Mask:
        """Images whose width and height are known."""
        return _shared((self.columns["width"] > 0) & (self.columns["height"] > 0))

    def name(self, position: int) -> str:
        """The file name as one shows it."""
        return printable(self.names[int(self.columns["name"][position])])

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
