"""Files of images: moved, copied, renamed, deleted, opened with other programs. Undo is that of all actions."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from diffusion_toolkit import jobs
from diffusion_toolkit.errors import NotFound, Refused, ToolkitError, UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.files import removing, work
from diffusion_toolkit.library.files.marked import marked_for_deletion, paths_of
from diffusion_toolkit.library.files.moving import plan_copy, plan_deletion, plan_move
from diffusion_toolkit.library.files.opening import Program, open_folder, open_with, show_in_folder
from diffusion_toolkit.library.files.places import Folder, folder_by_id, folder_in_root, folder_on_disk
from diffusion_toolkit.library.files.plan import Plan, Planned, operations
from diffusion_toolkit.library.files.renaming import plan_pattern, plan_rename
from diffusion_toolkit.library.images import image_file
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS
from diffusion_toolkit.web.models import Id
from diffusion_toolkit.web.models_files import (
    DeleteRequest,
    FilePreview,
    FileProblem,
    FilesAnswer,
    MarkedAnswer,
    MoveRequest,
    OpenRequest,
    PathsAnswer,
    PathsRequest,
    PlanAnswer,
    ProgramAnswer,
    ProgramsAnswer,
    RenameFilesRequest,
    ShowRequest,
    TakeInRequest,
    TakenInAnswer,
    TargetFolder,
)
from diffusion_toolkit.web.options import WebOptions, is_loopback
from diffusion_toolkit.web.telling import told_failure
from diffusion_toolkit.web.writing import TheWriting, Writing

MOST_AT_ONCE: Final = 200
"""More files than that are worked off in the background."""

SHOWN_ITEMS: Final = 100
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

router = APIRouter(prefix=IN_COLLECTION + "/files", tags=["files"], responses=PROBLEMS)


class OtherNumber(ToolkitError):
    """It is not the number of pictures that the user agreed to."""

    http_status = 409


def is_here(request: Request) -> bool:
    """Whether the visitor sits at this machine: a loopback address, and nobody in between who hands on."""
    told = any(name in request.headers for name in _FORWARDED)
    return request.client is not None and is_loopback(request.client.host) and not told


async def _here(request: Request) -> None:
    if not is_here(request):
        raise Refused("Programs open on the machine of the library, so only who sits at it may open them.")


async def _programs(request: Request) -> Sequence[Program]:
    options: WebOptions = request.app.state.options
    return options.programs


HERE = [Depends(_here)]
Programs = Annotated[Sequence[Program], Depends(_programs)]


@router.post("/move", response_model=FilesAnswer)
def move_files(writing: TheWriting, asked: MoveRequest) -> FilesAnswer:
    """Move images into a folder. They keep their numbers and all that is known of them; sidecars go along."""
    to = _folder(writing.collection, asked.to)
    plan = plan_move(writing.collection, writing.ids(asked).tolist(), to, clash=asked.clash)
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.post("/copy", response_model=FilesAnswer)
def copy_files(writing: TheWriting, asked: MoveRequest) -> FilesAnswer:
    """Copy images into a folder. Copies are new images: no rating, no album, no tag of the user."""
    to = _folder(writing.collection, asked.to)
    plan = plan_copy(writing.collection, writing.ids(asked).tolist(), to, clash=asked.clash)
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.post("/rename", response_model=FilesAnswer)
def rename_files(writing: TheWriting, asked: RenameFilesRequest) -> FilesAnswer:
    """Give one image another name, or many names by a pattern. Endings are kept."""
    ids = writing.ids(asked).tolist()
    if (asked.name is None) == (asked.pattern is None):
        raise UsageError("Give either a name or a pattern.")
    if asked.pattern is not None:
        zone = local_now().tzinfo
        plan = plan_pattern(writing.collection, ids, asked.pattern, first=asked.first, clash=asked.clash, zone=zone)
    elif len(ids) == 1:
        plan = plan_rename(writing.collection, ids[0], asked.name or "", clash=asked.clash)
    else:
        raise UsageError("Only one image can be called so; use a pattern for many.")
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.post("/delete", response_model=FilesAnswer)
def delete_files(writing: TheWriting, asked: DeleteRequest) -> FilesAnswer:
    """Put files into the system's trash, delete them for good, or remove only the entries.

    Without a trash on the drive, nothing is deleted, and the answer says so.
    """
    if asked.marked:
        if asked.image_ids is not None or asked.selection is not None or asked.query is not None:
            raise UsageError("Name images or take all that are marked, not both.")
        ids = marked_for_deletion(writing.collection)
    else:
        ids = writing.ids(asked).tolist()
    if asked.expected is not None and asked.expected != len(ids):
        raise OtherNumber(f"There are {len(ids):,} pictures now, not {asked.expected:,}. Look again, then delete.")
    if not ids:
        raise UsageError("There is nothing to delete.")
    if asked.how == "entry":
        return _removed(writing, ids, dry_run=asked.dry_run)
    plan = plan_deletion(writing.collection, ids, for_good=asked.how == "for_good")
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.get("/marked", response_model=MarkedAnswer)
def marked_files(writing: TheWriting) -> MarkedAnswer:
    """How many images are marked for deletion: ask before emptying."""
    return MarkedAnswer(count=len(marked_for_deletion(writing.collection)))


@router.post("/take-in", response_model=TakenInAnswer)
def take_in_files(writing: TheWriting, asked: TakeInRequest) -> TakenInAnswer:
    """Let the next scan take in again the files whose entries were removed from a root."""
    return TakenInAnswer(files=removing.take_in_again(writing.collection, asked.root_id))


@router.get("/actions/{journal}", response_model=FilesAnswer)
def files_action(writing: TheWriting, journal: Id) -> FilesAnswer:
    """How an action goes: ask again while `left` is not 0."""
    return _outcome(writing, journal)


@router.post("/actions/{journal}/cancel", response_model=FilesAnswer)
def cancel_files_action(writing: TheWriting, journal: Id) -> FilesAnswer:
    """Leave what was not begun; what was done stays, and can be undone."""
    work.cancel(writing.collection, journal)
    return _outcome(writing, journal)


@router.post("/paths", response_model=PathsAnswer)
def paths_of_files(writing: TheWriting, asked: PathsRequest) -> PathsAnswer:
    """The paths of images, to copy them."""
    return PathsAnswer(paths=paths_of(writing.collection, writing.ids(asked).tolist()))


@router.get("/programs", response_model=ProgramsAnswer)
def open_with_programs(request: Request, programs: Programs) -> ProgramsAnswer:
    """The programs that images may be opened with. The list stands in the settings."""
    return ProgramsAnswer(here=is_here(request), programs=[ProgramAnswer(name=each.name) for each in programs])


@router.post("/open", status_code=204, dependencies=HERE)
def open_files(writing: TheWriting, asked: OpenRequest, programs: Programs) -> None:
    """Open images with a program of the list, on this machine."""
    chosen = next((each for each in programs if each.name == asked.program), None)
    if chosen is None:
        raise NotFound("This program is not on the list. Add it to the settings first.")
    for image_id in asked.image_ids:
        writing.library.check_shown(writing.name, image_id)
    open_with(chosen, [image_file(writing.collection, image_id).path for image_id in asked.image_ids])


@router.post("/show", status_code=204, dependencies=HERE)
def show_file(writing: TheWriting, asked: ShowRequest) -> None:
    """Show the file of an image, or open a folder of the library, in the file manager of this machine."""
    if asked.image_id is not None and asked.folder_id is None:
        writing.library.check_shown(writing.name, asked.image_id)
        show_in_folder(image_file(writing.collection, asked.image_id).path)
    elif asked.folder_id is not None and asked.image_id is None:
        open_folder(folder_on_disk(writing.collection, asked.folder_id))
    else:
        raise UsageError("Name either image_id or folder_id.")


def _folder(collection: Collection, to: TargetFolder) -> Folder:
    if to.folder_id is not None and to.root_id is None and to.path is None:
        return folder_by_id(collection, to.folder_id)
    if to.root_id is not None and to.folder_id is None:
        return folder_in_root(collection, to.root_id, stored_name(to.path or ""))
    raise UsageError("Name the folder by folder_id, or by root_id and path.")


def _answered(writing: Writing, plan: Plan, *, dry_run: bool) -> FilesAnswer:
    if dry_run:
        return _empty(plan=_previewed(plan))
    ready = plan.ready
    if not ready:
        return _empty(problems=[_stays(item) for item in plan.problems[:SHOWN_ITEMS]], failed=len(plan.problems))
    made = operations(writing.collection, plan)
    if len(ready) > MOST_AT_ONCE:
        journal = work.begin(writing.collection, plan.action, made, plan.sentence, job=True)
        jobs.start_files(writing.library.database, writing.name, journal)
    else:
        journal = work.finish(work.carry_out(writing.collection, plan.action, made, plan.sentence))
    answer = _outcome(writing, journal)
    writing.tell(Written(token=answer.token or 0, journal_id=journal, changed=answer.done))
    stays = plan.problems
    answer.problems = [*answer.problems, *map(_stays, stays)][:SHOWN_ITEMS]
    answer.failed += len(stays)
    answer.total += len(stays)
    return answer


def _removed(writing: Writing, ids: list[int], *, dry_run: bool) -> FilesAnswer:
    if dry_run:
        return _empty(plan=PlanAnswer(pictures=len(ids), stay=0, unknown=0, items=[]))
    written = removing.remove_entries(writing.collection, ids)
    writing.tell(written, "curation", "albums", "tags")
    return _empty(
        journal=written.journal_id,
        token=written.token,
        total=len(ids),
        done=written.changed,
        image_ids=list(written.image_ids),
    )


def _outcome(writing: Writing, journal: int) -> FilesAnswer:
    return outcome_answer(work.outcome(writing.collection, journal))


def outcome_answer(found: work.Outcome) -> FilesAnswer:
    """How an action on files went, as it is told."""
    return FilesAnswer(
        journal=found.journal_id,
        token=found.token,
        total=found.total,
        done=found.done,
        failed=found.failed,
        left=found.left,
        problems=[_problem(each.image_id, each.path, each.message, failed=each.failed) for each in found.problems],
        image_ids=list(found.image_ids),
    )


def _empty(**given: object) -> FilesAnswer:
    nothing: dict[str, object] = {
        "journal": None,
        "token": None,
        "total": 0,
        "done": 0,
        "failed": 0,
        "left": 0,
        "problems": [],
        "image_ids": [],
    }
    return FilesAnswer.model_validate(nothing | given)


def _stays(item: Planned) -> FileProblem:
    return _problem(item.row.id, item.source, item.problem or "", failed=True)


def _problem(image_id: int | None, path: str, message: str, *, failed: bool) -> FileProblem:
    told = told_failure(message)
    return FileProblem(image_id=image_id, path=printable(path), message=message, told=told, failed=failed)


def _previewed(plan: Plan) -> PlanAnswer:
    items = [*plan.problems, *plan.ready][:SHOWN_ITEMS]
    return PlanAnswer(
        pictures=len(plan.ready),
        stay=len(plan.problems),
        unknown=plan.unknown,
        items=[_preview(item) for item in items],
    )


def _preview(item: Planned) -> FilePreview:
    moved = item.steps and item.name
    return FilePreview(
        image_id=item.row.id,
        source=printable(item.source),
        target=printable(stored_name(item.steps[0].target)) if moved else None,
        with_it=[printable(stored_name(step.source)).rpartition("/")[2] for step in item.steps[1:]],
        problem=item.problem,
        taken=item.taken,
    )
