"""What every change of curation answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a change did. token: a search with `after=token` sees it; journal_id: undoes it, None when nothing changed;
    changed: how many pictures, or things where no picture changed; subject_id: the album, tag or query that was made
    or changed; image_ids: after an undo, up to 500 of the images it touched.
    """

    token: int
    journal_id: int | None
    changed: int
    subject_id: int | None = None
    image_ids: tuple[int, ...] = ()
