"""Backups, exports, imports, and files that may be missing pictures."""

from typing import Annotated

from pydantic import Field

from diffusion_toolkit.web.models import Answer, Asked, Id, Moment


class BackupAnswer(Answer):
    """A backup in the data folder."""

    name: str
    bytes: int
    made_at: Moment


class RestoreRequest(Asked):
    """The backup to put in the place of its collection."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class RestoredAnswer(Answer):
    """What was restored, and the backup of what was there before."""

    collection: str
    before: BackupAnswer


class ImportedAnswer(Answer):
    """What an import did. unknown: places of some pictures that were not found; journal undoes it."""

    pictures: int
    found: int
    changed: int
    albums: int
    saved_queries: int
    folders: int
    journal_id: int | None
    token: int
    unknown: list[str]


class OfferAnswer(Answer):
    """A file that is there and may be a missing picture. distance: of 64 bits of likeness, how many differ."""

    missing_id: int
    found_id: int
    kind: Annotated[str, Field(description='"pixels": the very same ones; "likeness": alike.')]
    distance: int
    missing_path: str
    found_path: str


class OfferRequest(Asked):
    """One offer; found_id may be left out to decline all for this picture."""

    missing_id: Id
    found_id: Id | None = None


class DeclinedAnswer(Answer):
    """How many offers are made no more."""

    declined: int
