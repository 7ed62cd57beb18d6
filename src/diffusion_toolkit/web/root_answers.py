"""Roots as the page sees them: where they are, what is in them, how they are watched."""

from diffusion_toolkit import paths
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.images import images_per_root
from diffusion_toolkit.library.roots import list_roots, watched_roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web.models_folders import RootAnswer


def root_answers(collection: Collection) -> list[RootAnswer]:
    """All roots."""
    counts = images_per_root(collection)
    watching = watched_roots(collection)
    answers: list[RootAnswer] = []
    for root in list_roots(collection):
        watch = watching[root.id]
        answers.append(
            RootAnswer(
                id=root.id,
                path=paths.printable(root.path),
                state="available" if root.state == "available" else "unavailable",
                images=counts.get(root.id, 0),
                scanned_at=root.scanned_at.timestamp() if root.scanned_at else None,
                recursive=root.recursive,
                watched=root.watched,
                watching=watch.how,
                watching_reason=watch.reason,
                folder_id=watch.folder_id,
            )
        )
    return answers


def root_answer(collection: Collection, root_id: int) -> RootAnswer:
    """One root. Raises NotFound."""
    for answer in root_answers(collection):
        if answer.id == root_id:
            return answer
    raise NotFound("There is no such folder in the library.")


def root_news(collection: Collection) -> list[dict[str, object]]:
    """What changes of roots by itself, for an event: whether they can be reached, and how they are watched."""
    watching = watched_roots(collection)
    return [
        {
            "id": root.id,
            "state": root.state,
            "scanned_at": root.scanned_at.timestamp() if root.scanned_at else None,
            "watching": watching[root.id].how,
            "watching_reason": watching[root.id].reason,
        }
        for root in list_roots(collection)
        if root.id in watching
    ]
