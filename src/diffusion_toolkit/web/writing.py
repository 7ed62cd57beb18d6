"""What every route needs that changes curation: which images are meant, and telling all who should know."""

from dataclasses import dataclass
from typing import Annotated, Final, get_args

import numpy as np
from fastapi import BackgroundTasks, Depends, Request
from numpy.typing import ArrayLike, NDArray

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.undo import tidy_journal
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web.asked import CollectionName, TheLibrary
from diffusion_toolkit.web.broadcast import Broadcaster
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models import WrittenAnswer
from diffusion_toolkit.web.models_curation import Chosen, Subject

EVERYTHING: Final[tuple[Subject, ...]] = get_args(Subject)
TIDY_EVERY: Final = 100
"""Actions between two looks at how large the journal is."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One request that changes something in a collection."""

    library: Library
    name: str
    broadcaster: Broadcaster
    tasks: BackgroundTasks

    @property
    def collection(self) -> Collection:
        """The collection of the address."""
        return self.library.collection(self.name)

    @property
    def search(self) -> Search:
        """Its search, which sees every write of this server."""
        search = self.library.search(self.name)
        written = self.library.must_see(self.name, None)
        if written is not None:
            search.catalog.seen(written)
        return search

    def ids(self, chosen: Chosen) -> NDArray[np.integer]:
        """The images that are meant, in order. Raises UsageError, QueryError, Expired."""
        if sum(given is not None for given in (chosen.image_ids, chosen.selection, chosen.query)) != 1:
            raise UsageError("Name either image_ids, a selection or a query.")
        if chosen.image_ids is not None:
            ids = self.told(chosen.image_ids)
        else:
            ids = self.told(self.library.search(self.name).ids(chosen.selection or self._found(chosen)))
        return ids[~np.isin(ids, np.asarray(chosen.except_, np.int64))] if chosen.except_ else ids

    def told(self, image_ids: ArrayLike) -> NDArray[np.integer]:
        """Those of these images that may be told of, in their order."""
        ids: NDArray[np.integer] = np.asarray(image_ids)
        if self.library.nsfw_mode != "hide":
            return ids
        return self.search.catalog.state.without_hidden(ids.astype(np.int64))

    def done(self, written: Written, *subjects: Subject) -> WrittenAnswer:
        """Make queries wait for the write, tell all pages what changed, and answer."""
        self.tell(written, *subjects)
        return WrittenAnswer(
            token=written.token, journal=written.journal_id, changed=written.changed, id=written.subject_id
        )

    def tell(self, written: Written, *subjects: Subject) -> None:
        """Make queries wait for the write, and tell all pages what changed."""
        self.library.wrote(self.name, written.token)
        for subject in subjects:
            self.broadcaster.publish(subject, self.name, {"collection": self.name, "token": written.token})
        if written.journal_id is not None and written.journal_id % TIDY_EVERY == 0:
            self.tasks.add_task(tidy_journal, self.collection)

    def _found(self, chosen: Chosen) -> str:
        search, seen = self.library.search(self.name), self.library.must_see(self.name, None)
        return search.run(chosen.query or "", chosen.sort, now=local_now(), after=seen).handle


async def _writing(
    request: Request, library: TheLibrary, collection: CollectionName, tasks: BackgroundTasks
) -> Writing:
    return Writing(library, collection, request.app.state.broadcaster, tasks)


TheWriting = Annotated[Writing, Depends(_writing)]
