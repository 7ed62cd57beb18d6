"""Captions as a stage of the engine: asked of a real server, kept, held, appended, refined, found, undone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gguf_bytes
from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.enrich.captions.options import CaptionOptions, LocalCaptionOptions, ServerCaptionOptions
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Run, Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.enrich.executors.local import work
from diffusion_toolkit.enrich.stages import caption
from diffusion_toolkit.errors import ToolkitError, UsageError
from diffusion_toolkit.integrations.openai_server import OpenAiServerOptions
from diffusion_toolkit.library import review
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.curate import Change, curate, written_captions
from diffusion_toolkit.library.images import image_detail
from diffusion_toolkit.library.roots import list_roots
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK, ScanOptions
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.undo import last_actions, undo
from diffusion_toolkit.store import model_captions, proposals
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_captions import ModelCaption
from enrich.engine.world import ONE_DECODER, grey, library
from integrations.chat_server import KEY, ChatServer, fails, is_cut_off, lists, says, serving


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as found:
        yield found


def reached(server: ChatServer, folder: Path, **options: Any) -> StageContext:
    given: dict[str, Any] = {"url": server.url, "api_key": KEY, "attempts": 1, "parallel": 4}
    asked = OpenAiServerOptions(**given | options)
    options_of_settings = CaptionOptions(server=ServerCaptionOptions(server=asked, side=64))
    return StageContext(models_folder=folder, given={"caption": options_of_settings})


def captioned(collection: Collection, ids: list[int], context: StageContext, held: bool = False, **options: Any) -> Run:
    """A run over these images, worked off; how it ended."""
    asked = {"provider": "server", "instruction": "Describe."} | options
    again = bool(asked.pop("again", False))
    wanted = Wanted(kind="caption", options=asked, held=held, again=again)
    run_id = runs.start(collection, wanted, np.array(ids, np.int32), context)
    for _ in work(collection, run_id, context, options=ONE_DECODER):
        pass
    return runs.get_run(collection, run_id)


def texts(collection: Collection, ids: list[int]) -> list[str | None]:
    return [image_detail(collection, image_id).caption for image_id in ids]


def found_by(collection: Collection, query: str) -> int:
    catalog = Catalog(collection, CatalogOptions())
    catalog.load()
    total = Search(catalog).run(query, "date", now=local_now()).total
    catalog.close()
    return total


def test_captions_are_written_kept_and_found(collection: Collection, tmp_path: Path, server: ChatServer) -> None:
    ids = library(collection, tmp_path / "pictures", 6)
    server.chat(says("A red ball.", delay_s=0.2))
    run = captioned(collection, ids, reached(server, tmp_path))
    assert (run.state, run.done, run.failed) == ("done", 6, 0)
    assert texts(collection, ids) == ["A red ball."] * 6
    assert found_by(collection, "caption:ball") == 6
    assert image_detail(collection, ids[0]).captioned is False  # not by a person
    (kept,) = written_captions(collection, ids[0])
    assert (kept.source, kept.model, kept.instruction, kept.mode) == ("server", "first", "Describe.", "overwrite")
    assert kept.tokens == 4
    assert kept.seconds
    assert 1 < server.busiest <= 4  # several at a time, never more than were allowed
    assert {body["messages"][1]["content"][1]["text"] for body in server.bodies} == {"Describe."}
    assert len({body["messages"][1]["content"][0]["image_url"]["url"] for body in server.bodies}) == 6


def test_a_server_that_changes_its_model_is_seen_in_the_history_and_by_the_next_run(
    collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    context = reached(server.list(lists("first")), tmp_path, parallel=1)
    server.chat(says("A ball.", by="first"), says("A ball.", by="second"))
    captioned(collection, ids, context)
    models = [str(written_captions(collection, each)[0].model) for each in ids]
    assert sorted(models) == ["first", "second", "second"]
    assert {body["model"] for body in server.bodies} == {"first"}
    server.list(lists("second"))
    assert captioned(collection, ids, context).done == 3  # another model: another version
    assert [body["model"] for body in server.bodies[3:]] == ["second"] * 3
    captioned(collection, ids[:1], context, held=True, again=True)
    (waiting,) = review.read(collection, review.results(collection).ids.tolist())
    assert (waiting.source, waiting.payload["model"]) == ("second", "second")


def test_what_was_written_is_not_written_again_unless_it_is_asked_for(
    collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    ids = library(collection, tmp_path / "pictures", 2)
    context = reached(server, tmp_path)
    captioned(collection, ids, context)
    assert captioned(collection, ids, context).total == 0
    server.chat(says("Another one."))
    assert captioned(collection, ids, context, instruction="Otherwise.").total == 2
    assert captioned(collection, ids, context, instruction="Otherwise.", again=True).total == 2
    assert [each.text for each in written_captions(collection, ids[0])] == ["Another one."] * 2 + ["A red ball."]


def test_captions_are_appended_and_refined(collection: Collection, tmp_path: Path, server: ChatServer) -> None:
    ids = library(collection, tmp_path / "pictures", 1)
    context = reached(server, tmp_path)
    captioned(collection, ids, context, mode="append")
    captioned(collection, ids, context, mode="append", instruction="More.")
    assert texts(collection, ids) == ["A red ball."]
    server.chat(says("On grass."))
    captioned(collection, ids, context, mode="append", instruction="Where?")
    assert texts(collection, ids) == ["A red ball.\n\nOn grass."]
    server.chat(says("A red ball on grass."))
    captioned(collection, ids, context, mode="refine", instruction="Better.")
    assert texts(collection, ids) == ["A red ball on grass."]
    asked = server.bodies[-1]["messages"][1]["content"][1]["text"]
    assert asked.startswith("Better. ")
    assert asked.endswith("\nA red ball.\n\nOn grass.")


def test_peoples_captions_stay_unless_one_asks(collection: Collection, tmp_path: Path, server: ChatServer) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    curate(collection, ids[:1], Change(caption="Mine."))
    curate(collection, ids[1:2], Change(caption=""))  # a person wants none
    context = reached(server, tmp_path)
    assert captioned(collection, ids, context).total == 1
    assert texts(collection, ids) == ["Mine.", None, "A red ball."]
    server.chat(says("A ball, red."))
    assert captioned(collection, ids, context, over_people=True, instruction="All.").done == 3
    assert texts(collection, ids) == ["A ball, red."] * 3
    assert [each.text for each in written_captions(collection, ids[0])] == ["A ball, red.", "Mine."]
    action = last_actions(collection)[0]
    assert "place of people's at 2 pictures" in action.sentence
    undo(collection, action.id)
    assert texts(collection, ids) == ["Mine.", None, "A ball, red."]
    assert found_by(collection, "caption:mine") == 1


def test_a_models_caption_comes_before_the_files_and_stays_when_that_is_read_again(
    collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "000.txt").write_text("A text beside the file.")
    ids = library(collection, pictures, 1, (QUICK, DEEP))
    assert texts(collection, ids) == ["A text beside the file."]
    captioned(collection, ids, reached(server, tmp_path))
    assert texts(collection, ids) == ["A red ball."]
    grey(77).save(pictures / "000.png")
    library_again(collection)
    assert texts(collection, ids) == ["A red ball."]
    assert (found_by(collection, "caption:ball"), found_by(collection, "caption:beside")) == (1, 0)
    with collection.begin() as connection:
        model_captions.add(connection, [taken_back(ids[0])])
    assert texts(collection, ids) == ["A text beside the file."]
    assert found_by(collection, "caption:beside") == 1


def library_again(collection: Collection) -> None:
    """Read what changed on disk."""
    for root in list_roots(collection):
        for _ in scan(collection, root.id, ScanOptions(phases=(QUICK, DEEP), workers=1)):
            pass


def taken_back(image_id: int) -> ModelCaption:
    """No caption of a model any more."""
    return ModelCaption(
        image_id=image_id,
        text="",
        source="server",
        model="m",
        instruction="",
        mode="overwrite",
        tokens=None,
        seconds=None,
    )


def test_a_caption_a_person_wrote_meanwhile_is_not_replaced(
    collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    ids = library(collection, tmp_path / "pictures", 1)

    def person_is_quicker(handler: Any) -> None:
        curate(collection, ids, Change(caption="Mine."))
        says("A red ball.")(handler)

    captioned(collection, ids, reached(server.chat(person_is_quicker), tmp_path))
    assert texts(collection, ids) == ["Mine."]


def test_held_captions_are_not_applied(collection: Collection, tmp_path: Path, server: ChatServer) -> None:
    ids = library(collection, tmp_path / "pictures", 2)
    assert captioned(collection, ids, reached(server, tmp_path), held=True).done == 2
    assert texts(collection, ids) == [None, None]
    with collection.begin() as connection:
        assert [(each.kind, len(each.image_ids)) for each in proposals.groups_waiting(connection)] == [("caption", 2)]


def test_one_bad_answer_costs_one_picture(collection: Collection, tmp_path: Path, server: ChatServer) -> None:
    ids = library(collection, tmp_path / "pictures", 7)
    circles = says("very " * 60)
    server.chat(
        fails(500), is_cut_off, says(""), circles, circles, says(" ".join(map(str, range(5000)))), says("A red ball.")
    )
    run = captioned(collection, ids, reached(server, tmp_path, parallel=1))
    assert (run.state, run.failed, run.done) == ("done", 5, 2)
    messages = [row.message for row in runs.failures(collection, run.id)]
    assert [row.cause for row in runs.failures(collection, run.id)] == ["answer"] * 5
    for part in ("status 500", "failed or broke", "wrote nothing", "ran in circles", "more than 16,384"):
        assert sum(part in message for message in messages) == 1, part
    assert server.bodies[4]["frequency_penalty"] > 0  # the second try of the one that ran in circles


@pytest.mark.parametrize("answer", [fails(401, f"Bad key {KEY}"), fails(404, "no model"), "nobody"])
def test_a_server_that_cannot_be_used_stops_the_run_and_nothing_is_lost(
    collection: Collection, tmp_path: Path, server: ChatServer, answer: Any
) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    there = {"model": "m"} if answer != "nobody" else {"model": "m", "url": "http://127.0.0.1:1/v1"}
    if answer != "nobody":
        server.chat(answer)
    with pytest.raises(ToolkitError):
        captioned(collection, ids, reached(server, tmp_path, **there))
    (run,) = runs.list_runs(collection)
    assert (run.state, run.done, run.failed) == ("failed", 0, 0)
    assert run.message
    assert KEY not in run.message
    server.chat(says("A red ball."))
    assert captioned(collection, ids, reached(server, tmp_path, model="m")).done == 3


def test_a_model_on_this_machine_captions_many_pictures(collection: Collection, tmp_path: Path) -> None:
    gguf_bytes.joycaption(tmp_path / "models")
    ids = library(collection, tmp_path / "pictures", 8)
    given = CaptionOptions(local=LocalCaptionOptions(threads=1, context_tokens=1536))
    context = StageContext(models_folder=tmp_path / "models", given={"caption": given})
    run = captioned(collection, ids, context, provider="joycaption", max_tokens=20, temperature=1)
    shared_writers().close()
    assert run.done + run.failed == 8
    assert run.done >= 5  # random weights may run in circles
    done = [text for text in texts(collection, ids) if text]
    assert len(done) == run.done
    kept = next(written_captions(collection, each)[0] for each in ids if texts(collection, [each])[0])
    assert (kept.source, kept.model) == ("joycaption", "joycaption:tongue")


def test_the_version_tells_models_and_questions_apart(tmp_path: Path, server: ChatServer) -> None:
    context = reached(server, tmp_path)

    def version(context: StageContext = context, **options: Any) -> str:
        checked = caption.check({"provider": "server", "instruction": "Describe."} | options)
        (plan,) = caption.plan(checked, context)
        assert plan.name == "caption"
        return plan.version

    assert version() == version(over_people=True)
    others = [
        version(instruction="x"),
        version(mode="refine"),
        version(temperature=0.1),
        version(model="second"),
        version(context=reached(server, tmp_path, model="third")),
    ]
    assert len({version(), *others}) == 6
    assert version().startswith("server first fit 64; overwrite ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "x"}, "no option kind"),
        ({"provider": "oracle"}, "joycaption, server"),
        ({"mode": "replace"}, "overwrite, append, refine"),
        ({"temperature": "hot"}, "temperature is a number"),
        ({"max_tokens": 0}, "max_tokens is a number from 1"),
        ({"instruction": 5}, "instruction is a text"),
        ({"wishes": "x"}, "wishes is a list"),
        ({"type": "limerick"}, "no type"),
    ],
)
def test_options_that_are_none_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        caption.check(options)
    complete = caption.check({"type": "booru", "length": "any", "wishes": ["ages"]})
    assert str(complete["instruction"]).startswith("Give a list of tags")
    assert caption.check(complete) == complete
    assert "key" not in "".join(complete)


def test_a_new_server_of_the_settings_is_asked_at_once(tmp_path: Path, server: ChatServer) -> None:
    context = reached(server, tmp_path, model="m")
    first = shared_writers().open(context.given["caption"], tmp_path, "server")  # pyright: ignore[reportArgumentType]
    assert shared_writers().open(context.given["caption"], tmp_path, "server") is first  # pyright: ignore[reportArgumentType]
    other = reached(server, tmp_path, model="other").given["caption"]
    assert isinstance(other, CaptionOptions)
    assert shared_writers().open(other, tmp_path, "server").model == "other"
    shown = shared_writers().open(replace(other, provider="server"), tmp_path, model="named")
    assert (shown.model, shown.form.side) == ("named", 64)
    squished = shared_writers().open(replace(other, provider="server"), tmp_path, model="My-JoyCaption-Q4")
    assert squished.form.squished
