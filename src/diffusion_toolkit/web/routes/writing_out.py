"""Tags and captions written out: beside pictures, into pictures; and taken over from files beside pictures."""

from fastapi import APIRouter

from diffusion_toolkit import jobs
from diffusion_toolkit.library.files import work
from diffusion_toolkit.library.reading_sidecars import ReadingOptions, ReadSidecars, read_sidecars
from diffusion_toolkit.library.writing_out.plan import (
    ACTION,
    Item,
    PictureOptions,
    Plan,
    SidecarOptions,
    plan_into_pictures,
    plan_sidecars,
)
from diffusion_toolkit.library.writing_out.texts import TextOptions
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.paths import printable
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS
from diffusion_toolkit.web.models_files import FilePreview, FileProblem, FilesAnswer, PlanAnswer
from diffusion_toolkit.web.models_writing_out import (
    ReadSidecarsAnswer,
    ReadSidecarsRequest,
    SidecarProblem,
    WordsOptions,
    WriteIntoRequest,
    WriteSidecarsRequest,
)
from diffusion_toolkit.web.routes.files import MOST_AT_ONCE, SHOWN_ITEMS, files_action
from diffusion_toolkit.web.writing import TheWriting, Writing

router = APIRouter(prefix=IN_COLLECTION, tags=["writing out"], responses=PROBLEMS)


@router.post("/write-out/sidecars", response_model=FilesAnswer)
def write_sidecars(writing: TheWriting, asked: WriteSidecarsRequest) -> FilesAnswer:
    """Write tags and captions into text files beside images, as training tools read them."""
    options = SidecarOptions(
        form=asked.form, ending=asked.ending, existing=asked.existing, text=_text_options(asked.words)
    )
    plan = plan_sidecars(writing.collection, writing.ids(asked).tolist(), options)
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.post("/write-out/pictures", response_model=FilesAnswer)
def write_into_pictures(writing: TheWriting, asked: WriteIntoRequest) -> FilesAnswer:
    """Write keywords and descriptions into PNG, JPEG and WebP files, without touching pixels or recipes."""
    options = PictureOptions(
        what=asked.what, existing=asked.existing, keep_time=asked.keep_time, text=_text_options(asked.words)
    )
    plan = plan_into_pictures(writing.collection, writing.ids(asked).tolist(), options)
    return _answered(writing, plan, dry_run=asked.dry_run)


@router.post("/read-sidecars", response_model=ReadSidecarsAnswer)
def take_over_sidecars(writing: TheWriting, asked: ReadSidecarsRequest) -> ReadSidecarsAnswer:
    """Give images the tags and captions of the text files beside them, as the person's own."""
    options = ReadingOptions(form=asked.form, threshold=asked.threshold, over=asked.over)
    done = ReadSidecars()
    for _ in read_sidecars(writing.collection, writing.ids(asked), options, done):
        pass
    imported = done.imported
    written = Written(token=imported.token, journal_id=imported.journal_id, changed=imported.changed)
    writing.tell(written, "curation", "tags")
    return ReadSidecarsAnswer(
        pictures=done.pictures,
        changed=imported.changed,
        recipes=done.recipes,
        problems=[SidecarProblem(path=path, message=message) for path, message in done.problems],
        journal=imported.journal_id,
        token=imported.token,
    )


def _text_options(asked: WordsOptions) -> TextOptions:
    return TextOptions(
        sources=tuple(asked.sources),
        threshold=asked.threshold,
        first=tuple(asked.first),
        underscores=asked.underscores,
        escape=asked.escape,
        order=asked.order,
        most=asked.most,
    )


def _answered(writing: Writing, plan: Plan, *, dry_run: bool) -> FilesAnswer:
    made, problems = plan.operations, plan.problems
    told = [_problem(item) for item in problems[:SHOWN_ITEMS]]
    if dry_run or not made:
        nothing = FilesAnswer(
            journal=None, token=None, total=0, done=0, failed=len(problems), left=0, problems=told, image_ids=[]
        )
        return nothing.model_copy(update={"plan": _previewed(plan)}) if dry_run else nothing
    if len(made) > MOST_AT_ONCE:
        journal = work.begin(writing.collection, ACTION, made, plan.sentence, job=True)
        jobs.start_files(writing.library.database, writing.name, journal)
    else:
        journal = work.finish(work.carry_out(writing.collection, ACTION, made, plan.sentence))
    answer = files_action(writing, journal)
    writing.tell(Written(token=answer.token or 0, journal_id=journal, changed=answer.done))
    answer.problems = [*answer.problems, *told][:SHOWN_ITEMS]
    answer.failed += len(problems)
    answer.total += len(problems)
    return answer


def _previewed(plan: Plan) -> PlanAnswer:
    ready = [item for item in plan.items if item.operation is not None]
    return PlanAnswer(
        pictures=len(ready),
        stay=len(plan.problems),
        unknown=0,
        items=[_preview(item) for item in (*plan.problems, *ready)[:SHOWN_ITEMS]],
    )


def _preview(item: Item) -> FilePreview:
    path = printable(item.path)
    return FilePreview(
        image_id=item.image_id,
        source=path,
        target=None if item.operation is None else path,
        with_it=[],
        problem=item.problem,
        taken=False,
    )


def _problem(item: Item) -> FileProblem:
    return FileProblem(image_id=item.image_id, path=printable(item.path), message=item.problem or "", failed=True)
