"""The folders inside roots."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.folders import changes
from diffusion_toolkit.library.folders.changes import FolderWritten
from diffusion_toolkit.library.folders.marks import mark_folders
from diffusion_toolkit.library.folders.tree import folder_tree, open_folder
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_folders import (
    FolderAnswer,
    FolderChange,
    FolderWrittenAnswer,
    MarkRequest,
    NewFolder,
    OpenFolderAnswer,
)
from diffusion_toolkit.web.writing import TheWriting, Writing

router = APIRouter(prefix=IN_COLLECTION + "/folders", tags=["folders"], responses=PROBLEMS)
FolderId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("", response_model=list[FolderAnswer])
def list_folders(
    writing: TheWriting,
    missing: Annotated[bool, Query(description="Also folders that are gone and have no pictures.")] = False,
) -> list[FolderAnswer]:
    """The whole tree, by root and path; the parent of each stands before it."""
    state = writing.search.catalog.state
    return [
        FolderAnswer.model_validate(folder) for folder in folder_tree(writing.collection, state, with_missing=missing)
    ]


@router.get("/{folder_id}", response_model=OpenFolderAnswer)
def show_folder(writing: TheWriting, folder_id: FolderId) -> OpenFolderAnswer:
    """One folder, the folders in it, and those on the disk that were never scanned."""
    return OpenFolderAnswer.model_validate(open_folder(writing.collection, writing.search.catalog.state, folder_id))


@router.post("", status_code=201, response_model=FolderWrittenAnswer)
def create_folder(writing: TheWriting, new: NewFolder) -> FolderWrittenAnswer:
    """Make a folder on the disk."""
    return _done(writing, changes.create_folder(writing.collection, new.parent_id, new.name))


@router.patch("/{folder_id}", response_model=FolderWrittenAnswer)
def change_folder(writing: TheWriting, folder_id: FolderId, change: FolderChange) -> FolderWrittenAnswer:
    """Rename a folder on the disk, or move it into another one; its pictures keep all that is known of them."""
    if (change.name is None) == (change.to_folder_id is None):
        raise UsageError("Give either a name or to_folder_id.")
    if change.name is not None:
        return _done(writing, changes.rename_folder(writing.collection, folder_id, change.name))
    return _done(writing, changes.move_folder(writing.collection, folder_id, change.to_folder_id or 0))


@router.delete("/{folder_id}", response_model=FolderWrittenAnswer)
def delete_folder(
    writing: TheWriting,
    folder_id: FolderId,
    for_good: Annotated[bool, Query(description="Not to the system's trash.")] = False,
) -> FolderWrittenAnswer:
    """Put a folder with all that is in it into the system's trash, or delete it for good."""
    return _done(writing, changes.delete_folder(writing.collection, folder_id, for_good=for_good))


@router.post("/marks", response_model=FolderWrittenAnswer)
def set_marks(writing: TheWriting, asked: MarkRequest) -> FolderWrittenAnswer:
    """Exclude or archive folders, or take that back."""
    if (asked.excluded is None) == (asked.archived is None):
        raise UsageError("Set either excluded or archived.")
    if asked.excluded is not None:
        written = mark_folders(writing.collection, asked.folder_ids, "excluded", asked.excluded, below=asked.below)
    else:
        reach = asked.archived or "no"
        written = mark_folders(writing.collection, asked.folder_ids, "archived", reach, below=asked.below)
    _tell(writing, written.token)
    return FolderWrittenAnswer(folder_id=None, journal=written.journal_id, token=written.token)


def _done(writing: Writing, written: FolderWritten) -> FolderWrittenAnswer:
    writing.tell(Written(token=written.token, journal_id=written.journal_id, changed=1))
    _tell(writing, written.token)
    return FolderWrittenAnswer(
        folder_id=written.folder_id, journal=written.journal_id, token=written.token, message=written.message
    )


def _tell(writing: Writing, token: int) -> None:
    """Make queries wait for it, and tell the pages."""
    writing.library.wrote(writing.name, token)
    writing.broadcaster.publish("folders", writing.name, {"collection": writing.name, "token": token})
