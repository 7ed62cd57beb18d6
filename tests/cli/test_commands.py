"""The contract of the command line: JSON on standard output, messages beside it, exit codes."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import orjson
import pytest

from diffusion_toolkit import __version__
from diffusion_toolkit.cli.main import COMMANDS, run
from diffusion_toolkit.cli.main import dtk as dtk_command
from pictures import graph, make_library, parameters, save_png

RECIPE_FIELDS = ("prompt", "negative_prompt", "steps", "sampler", "scheduler", "cfg_scale", "seed", "model", "size")
Dtk = Callable[..., tuple[int, Any]]


def test_scan_counts_what_it_found_and_a_second_finds_nothing_new(dtk: Dtk, tmp_path: Path) -> None:
    folder = make_library(tmp_path / "pictures", 20)
    code, first = dtk("scan", folder)
    assert code == 0
    assert {name: first[name] for name in ("files", "new", "changed", "moved", "missing", "failed")} == {
        "files": 20,
        "new": 20,
        "changed": 0,
        "moved": 0,
        "missing": 0,
        "failed": 0,
    }
    assert first["seconds"] >= first["quick_seconds"] + first["deep_seconds"] - 0.01
    _, second = dtk("scan")
    assert (second["files"], second["new"], second["changed"]) == (20, 0, 0)


def test_people_are_told_where_to_find_what_failed(
    dtk: Dtk, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = make_library(tmp_path / "pictures", 2)
    (folder / "broken.png").write_bytes(b"no picture")
    assert run(["scan", str(folder)]) == 0
    told = capfdbinary.readouterr().err.decode()
    assert "3 new, 1 failed." in told
    assert "`dtk search problem:any`" in told
    assert [Path(item["path"]).name for item in dtk("search", "problem:any")[1]["items"]] == ["broken.png"]
    run(["scan"])
    assert "problem:any" not in capfdbinary.readouterr().err.decode()


def test_a_quick_scan_shows_pictures_before_their_metadata_is_read(dtk: Dtk, tmp_path: Path) -> None:
    dtk("scan", "--quick", make_library(tmp_path / "pictures", 5))
    assert dtk("search", "")[1]["total"] == 5
    assert dtk("search", "castle")[1]["total"] == 0
    assert dtk("scan", "--deep")[1]["quick_seconds"] == 0
    assert dtk("search", "castle")[1]["total"] == 1


def test_search_lists_counts_sorts_and_counts_facets(dtk: Dtk, tmp_path: Path) -> None:
    dtk("scan", make_library(tmp_path / "pictures", 20))
    code, found = dtk("search", "castle OR fox", "--sort", "steps desc", "--limit", "3", "--facets", "generator,model")
    assert code == 0
    assert found["total"] == 8
    assert [Path(item["path"]).name for item in found["items"]] == [
        f"{number:05}-{1000 + number}.png" for number in (16, 15, 11)
    ]
    assert {value["value"]: value["count"] for value in found["facets"]["generator"]} == {"automatic1111": 8}
    assert dtk("search", "--count", "castle")[1] == {"total": 4}
    assert [item["id"] for item in dtk("search", "--sort", "name", "--offset", "19")[1]["items"]] != []


def test_a_wrong_query_has_a_position_and_exit_code_2(dtk: Dtk) -> None:
    code, answer = dtk("search", "castle rating>>5")
    assert code == 2
    assert answer["error"]["kind"] == "query"
    assert answer["error"]["position"] == 15


def test_inspect_reads_files_without_a_database(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    good = save_png(tmp_path / "a.png", texts={"parameters": parameters("a castle, at night", seed=2**64 - 1)})
    bad = tmp_path / "b.png"
    bad.write_bytes(b"not a picture")
    assert run(["inspect", "--json", str(good), str(bad)]) == 0
    first, second = orjson.loads(capfdbinary.readouterr().out)
    assert first["prompt"] == "a castle, at night"
    assert first["seed"] == 2**64 - 1
    assert (first["generator"], first["source"]) == ("automatic1111", "png:parameters")
    assert (first["width"], first["height"], first["format"], first["size"]) == (96, 64, "png", [512, 512])
    assert len(second["problems"]) == 1
    assert "prompt" not in second


def test_inspect_explains_every_value(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    texts = {"prompt": orjson.dumps(graph("a fox", seed=7)).decode(), "Title": "mine"}
    path = str(save_png(tmp_path / "a.png", texts=texts))
    assert run(["inspect", "--json", "--explain", path]) == 0
    [record] = orjson.loads(capfdbinary.readouterr().out)
    assert record["origins"]["seed"] == [
        {"source": "png:prompt", "key": "inputs.seed", "node": "3", "class": "KSampler"}
    ]
    assert {name for name in record if name in RECIPE_FIELDS} <= set(record["origins"])
    assert {"source": "png:Title", "characters": 4, "used": False} in record["seen"]
    assert {"source": "png:prompt", "characters": len(texts["prompt"]), "used": True} in record["seen"]
    assert run(["inspect", "--json", path]) == 0
    [plain] = orjson.loads(capfdbinary.readouterr().out)
    assert plain == {name: value for name, value in record.items() if name not in ("origins", "seen")}
    assert run(["inspect", "--explain", path]) == 0
    shown = capfdbinary.readouterr().out.decode()
    assert "from png:prompt · node 3 KSampler · inputs.seed" in shown
    assert "png:Title, 4 characters" in shown


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_inspect_reads_many_files_in_order_and_links_too(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    paths = [save_png(tmp_path / f"{number}.png", texts={"Title": str(number)}) for number in range(20)]
    (tmp_path / "link.png").symlink_to(paths[3])
    asked = [str(tmp_path / name) for name in ("none.png", "link.png")] + [str(path) for path in reversed(paths)]
    assert run(["inspect", "--json", *asked, str(tmp_path)]) == 0
    found = orjson.loads(capfdbinary.readouterr().out)
    assert [record["path"] for record in found] == [*asked, str(tmp_path)]
    assert [record["problems"] for record in found if record["problems"]] == [
        ["This file is not there."],
        ["This is a folder, not a file."],
    ]
    assert found[1]["format"] == "png"


def test_doctor_names_plugins_good_and_bad(dtk: Dtk, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "plugins"
    folder.mkdir(parents=True, mode=0o755)
    (folder / "bad.py").write_text("import os\nos._exit(3)")
    (folder / "good.py").write_text(
        "from diffusion_toolkit.generators import Generator\n"
        "GENERATOR = Generator(slug='good', title='Good', sources=(), read=lambda _: None, api_version=1)"
    )
    _, report = dtk("doctor")
    [finding] = [each for each in report["findings"] if each["name"] == "plugins"]
    assert finding["state"] == "warning"
    assert finding["text"] == "good in use. The plugin bad ends the program."


def test_a_scan_reads_with_the_plugins_of_the_data_folder(dtk: Dtk, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "plugins"
    folder.mkdir(parents=True, mode=0o755)
    (folder / "tide.py").write_text(
        "from diffusion_toolkit.generators import Generator, Recipe\n"
        "def read(container):\n"
        "    return Recipe(generator='tide', source='png:tide', prompt=container.text('png:tide').value)\n"
        "GENERATOR = Generator(slug='tide', title='Tide', sources=('png:tide',), read=read, api_version=1)"
    )
    pictures = tmp_path / "pictures"
    save_png(pictures / "a.png", texts={"tide": "a harbour at dusk"})
    dtk("scan", pictures)
    assert dtk("search", "--count", "dusk generator:tide")[1] == {"total": 1}


def test_roots_are_added_listed_and_removed(dtk: Dtk, tmp_path: Path) -> None:
    folder = make_library(tmp_path / "pictures", 3)
    dtk("scan", folder)
    assert [root["path"] for root in dtk("roots")[1]] == [str(folder)]
    assert dtk("roots", "--remove", folder, "--yes")[1] == []
    assert dtk("search")[1]["total"] == 0
    assert len(list(folder.rglob("*.*"))) == 3
    code, answer = dtk("roots", "--remove", folder, "--yes")
    assert (code, answer["error"]["kind"]) == (1, "NotFound")


def test_collections_do_not_see_each_other(dtk: Dtk, tmp_path: Path) -> None:
    dtk("scan", make_library(tmp_path / "pictures", 3))
    assert dtk("search", "--collection", "work")[1]["total"] == 0
    assert dtk("search", "--collection", "Not/A Name")[0] == 2


def test_doctor_finds_all_well_and_bundles_a_report_without_secrets(dtk: Dtk, tmp_path: Path) -> None:
    code, report = dtk("doctor", "--bundle")
    assert report["ok"] == (code == 0)
    names = {finding["name"]: finding["state"] for finding in report["findings"]}
    assert names["database"] == "ok"
    assert names["pictures"] == "ok"
    with zipfile.ZipFile(report["bundle"]) as archive:
        assert {"findings.json", "settings.json"} <= set(archive.namelist())
        assert b"postgresql://" not in archive.read("settings.json")


def test_doctor_says_what_is_wrong_with_the_database(dtk: Dtk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, report = dtk("doctor")
    assert code == 1
    assert [finding["state"] for finding in report["findings"] if finding["name"] == "database"] == ["bad"]


def test_what_nobody_expected_is_logged_and_told_in_one_line(
    dtk: Dtk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("diffusion_toolkit.cli.roots.list_roots", broken)
    code, answer = dtk("roots")
    assert (code, answer["error"]["kind"]) == (1, "unexpected")
    log = (tmp_path / "data" / "logs" / "diffusion-toolkit.log").read_text()
    assert "Traceback" in log
    assert "RuntimeError: boom" in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its rights elsewhere")
def test_what_the_program_writes_is_for_its_user_alone(dtk: Dtk, tmp_path: Path) -> None:
    dtk("roots", "list")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made(dtk: Dtk, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, answer = dtk("roots", "list", "--data-dir", tmp_path / "file" / "data")
    assert (code, answer["error"]["kind"]) == (1, "ServerNotStarting")
    assert f"{tmp_path / 'file' / 'data'} cannot be used" in answer["error"]["message"]


def test_what_a_file_says_does_not_steer_the_terminal(
    dtk: Dtk, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"parameters": parameters("a castle \x1b]0;title\x07 \x9b31m", seed=1)}
    picture = save_png(tmp_path / "pictures" / "\x1b[2J.png", texts=texts)
    dtk("scan", picture.parent)
    run(["search", "castle"])
    assert capfdbinary.readouterr().out.decode() == f"{picture}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    for words in (
        ["search", "castle"],
        ["prompts", "list"],
        ["inspect", "--explain", str(picture)],
        ["delete", "--dry-run", "castle"],
        ["roots", "remove", str(picture)],
    ):
        run(words)
        printed = "".join(part.decode() for part in capfdbinary.readouterr())
        assert "x1b" in printed
        assert not {"\x1b", "\x07", "\x9b"} & set(printed)


def every_command() -> Iterator[list[str]]:
    """The words of each command, and of each below a group."""
    context = click.Context(dtk_command)
    for name in COMMANDS:
        command = dtk_command.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, below] for below in command.commands)
        else:
            yield [name]


def test_every_command_has_help_and_the_common_options(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for words in every_command():
        assert run([*words, "--help"]) == 0
        text = capfdbinary.readouterr().out.decode()
        assert all(option in text for option in ("--data-dir", "--collection", "--json"))


ALONE = """
import importlib, sys
from diffusion_toolkit.cli.main import COMMANDS, dtk
UNLOADED = ("diffusion_toolkit.cli.", "diffusion_toolkit.library.")
for name in COMMANDS:
    for module in [module for module in sys.modules if module.startswith(UNLOADED)]:
        del sys.modules[module]
    try:
        dtk.get_command(None, name)
    except ImportError as error:
        print(name, error)
"""


def test_every_command_starts_when_it_is_the_first_to_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env=os.environ | {"DTK_PURE": "1"}, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


def test_wrong_usage_is_exit_code_2(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["scan", "--no-such-option"]) == 2
    assert run(["no-such-command"]) == 2
    assert b"No such" in capfdbinary.readouterr().err


def test_the_installed_command_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "diffusion_toolkit.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert __version__ in done.stdout
