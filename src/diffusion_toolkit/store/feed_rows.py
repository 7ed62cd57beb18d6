"""What the catalog reads of the store, as values: which state of it, and the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.void]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Which transactions a reader sees: all below `low`, none from `high` on, and between them all but `running`."""

    low: int
    high: int
    running: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """The form of PostgreSQL's pg_snapshot: `low:high:running,running`."""
        low, high, running = text.split(":")
        return cls(low=int(low), high=int(high), running=tuple(int(xid) for xid in running.split(",") if xid))

    def __str__(self) -> str:
        return f"{self.low}:{self.high}:{','.join(map(str, self.running))}"

    def sees(self, transaction: int) -> bool:
        """Whether what this transaction wrote is visible (or it failed, and there is nothing to see)."""
        return transaction < self.low or (transaction < self.high and transaction not in self.running)

    def finished_since(self, earlier: "Snapshot") -> list[tuple[int, int]]:
        """Transactions seen here and not in `earlier`, as spans [first, end).

        The same rows as `changed_in >= low AND NOT pg_visible_in_snapshot(changed_in, earlier)`, but the index never
        walks over the rows of a bulk load that is still open.
        """
        spans = [(xid, xid + 1) for xid in sorted(earlier.running) if self.sees(xid)]
        first = earlier.high
        for xid in sorted(xid for xid in self.running if xid >= earlier.high):
            if first < xid:
                spans.append((first, xid))
            first = xid + 1
        if first < self.high:
            spans.append((first, self.high))
        return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which tables these are: the cluster's id, how often it was restored, the version and the number of the schema.

    schema_number differs when a collection was dropped and made again under its old name.
    """

    cluster: str
    restore_epoch: int
    schema: str
    schema_version: str
    schema_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRow:
    """A root as the catalog needs it; path in stored form; recursive: folders below it are of the library too."""

    id: int
    path: str
    available: bool
    recursive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """A folder; path in stored form, relative to its root; excluded: "no", "folder" or "tree"."""

    id: int
    root_id: int
    path: str
    excluded: str = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """A tag; a deleted one may still stand in the lists of images."""

    id: int
    name: str
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlbumRow:
    """An album; image_ids in the user's order; query: of a smart one, which has no images of its own."""

    id: int
    name: str
    query: str | None
    sort: str | None
    image_ids: "NDArray[np.int32]"
    position: float
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Rows of images, their file names (stored form, UTF-8) one after the other, `name_bytes` each, and the ids and
    weights of their resources in the same way, `resources` and `resource_weights` each; weights are NaN for none."""

    rows: "Rows"
    names: bytes
    resource_ids: "NDArray[np.int32]"
    resource_weights: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRows:
    """Tags by image and source: rows have the image's id, whether they are the user's own, and how many tags and
    confidences follow in the arrays; confidences are NaN for none."""

    rows: "Rows"
    tag_ids: "NDArray[np.int32]"
    confidences: "NDArray[np.float32]"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRow:
    """A workflow graph: classes of its nodes; for each slot the position of its node and the name of the property."""

    id: int
    node_classes: Sequence[str]
    slot_nodes: Sequence[int]
    slot_names: Sequence[str]
