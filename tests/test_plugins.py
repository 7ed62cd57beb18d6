"""Plugins from files and packages: the documented one works, broken ones are named, none stops the program."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
import pytest

from container_bytes import png, text_chunk
from diffusion_toolkit.generators import FileReader, Generator, Lora, Origin, Recipe, Text
from diffusion_toolkit.library.plugin_check import check_plugins
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.plugins import API_VERSION, GENERATORS, load_plugins
from diffusion_toolkit.record import FileRecord

DOCUMENT = Path(__file__).parents[1] / "docs" / "plugins.md"
QUICKLY = Limits(busy_s=0.5, waiting_s=3.0)
NOT_FOR_PLUGINS = {"completes", "graph"}
HEAD = "from diffusion_toolkit.generators import Generator, Recipe\n"
TAIL = f"""
GENERATOR = Generator(slug="own", title="Own", sources=("png:own",), read=read, api_version={API_VERSION})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The plugin folder of a data folder."""
    found = tmp_path / "data" / "plugins"
    found.mkdir(parents=True, mode=0o755)
    return found


def plugin(folder: Path, body: str, name: str = "own") -> None:
    """A plugin whose reader has this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / f"{name}.py").write_text(f"{HEAD}def read(container):\n{lines}\n{TAIL}")


def picture(folder: Path, key: str = "own", value: str = "x", name: str = "a.png") -> str:
    path = folder / name
    path.write_bytes(png(text_chunk(key, value)))
    return str(path)


def read(paths: list[str], folder: Path, limits: Limits = QUICKLY) -> list[FileRecord]:
    with Readers(FileReader(plugin_folder=str(folder)), 1, limits) as readers:
        found = readers.read(paths)
    return [reading[0] for reading in found if reading]


def inspect(path: str, data: Path, *options: str) -> tuple[Any, str]:
    """What `dtk inspect` prints as JSON, and what it says beside it."""
    command = [sys.executable, "-m", "diffusion_toolkit.cli", "inspect", "--json", *options, path]
    environment = {**os.environ, "DTK_DATA_DIR": str(data)}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    return orjson.loads(done.stdout)[0], done.stderr.decode()


def test_the_documented_plugin_works_as_it_stands(tmp_path: Path, folder: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "harbour.py").write_text(example, encoding="utf-8")
    text = '{"wish": "a lighthouse in fog", "seed": 18446744073709551615, "add_ons": ["mist"], "tide": 3}'
    path = picture(tmp_path, "harbour", text)
    found, _ = inspect(path, folder.parent, "--explain")
    assert found == {
        "path": path,
        "format": "png",
        "width": 64,
        "height": 48,
        "bytes": os.path.getsize(path),
        "generator": "harbour",
        "source": "png:harbour",
        "prompt": "a lighthouse in fog",
        "seed": 2**64 - 1,
        "loras": [{"name": "mist"}],
        "extra": {"tide": 3},
        "workflow": False,
        "origins": {
            "prompt": [{"source": "png:harbour", "key": "wish"}],
            "seed": [{"source": "png:harbour", "key": "seed"}],
        },
        "seen": [{"source": "png:harbour", "characters": len(text), "used": True}],
        "problems": [],
    }
    damaged, _ = inspect(picture(tmp_path, "harbour", "{"), folder.parent)
    assert damaged["problems"] == ["The text of Harbour is damaged."]


def test_the_document_names_the_version_and_the_whole_interface() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"The interface has version **{API_VERSION}**" in text
    for field in (*fields(Generator), *fields(Text), *fields(Recipe), *fields(Lora), *fields(Origin)):
        assert re.search(rf"\b{field.name}\b", text) or field.name in NOT_FOR_PLUGINS, field.name


def test_what_a_plugin_prints_stays_out_of_the_document(tmp_path: Path, folder: Path) -> None:
    plugin(folder, 'print("I am here")\nimport os\nos.write(1, b"and here")\nreturn None')
    found, beside = inspect(picture(tmp_path), folder.parent)
    assert found["problems"] == []
    assert "I am here" in beside
    assert "and here" in beside


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('raise ValueError("no tide")', "The plugin own failed: ValueError: no tide. (own.py, line 3)"),
        ("import sys\nsys.exit(4)", "The plugin own failed: SystemExit: 4. (own.py, line 4)"),
        ("return 5", "The plugin own failed: TypeError: it gave something other than a Recipe."),
        ('return Recipe(generator="own", source="x", loras=("a",))', "the loras of its Recipe is of a wrong type"),
        (
            'return Recipe(generator="own", source="x", extra={"a": object()})',
            "the extra of its Recipe is of a wrong type",
        ),
        (
            'return Recipe(generator="own", source="x", origins={"seed": 1})',
            "the origins of its Recipe is of a wrong type",
        ),
        (
            'class T(str): pass\nreturn Recipe(generator=T("own"), source="x")',
            "the generator of its Recipe is of a wrong type",
        ),
        ("a = []\na.append(a)\nreturn Recipe(generator='own', source='x', extra={'a': a})", "the extra of its Recipe"),
        ("read(container)", "The plugin own failed: RecursionError"),
        ("class E(Exception):\n  def __str__(self): raise self\nraise E", "The plugin own failed: E."),
        ('raise ValueError("\\0\\ud800" + "x" * 10_000)', "The plugin own failed: ValueError: ?xxx"),
        ("raise MemoryError", "The plugin own failed: MemoryError. (own.py, line 3)"),
    ],
)
def test_a_reader_that_fails_is_named_on_the_record(tmp_path: Path, folder: Path, body: str, problem: str) -> None:
    plugin(folder, body)
    [record] = read([picture(tmp_path)], folder)
    assert len(record.problems) == 1
    assert problem in record.problems[0]
    assert (record.format, record.recipe) == ("png", None)


@pytest.mark.parametrize(("field", "value"), [("steps", '"many"'), ("loras", '["a"]')])
def test_a_field_of_a_wrong_type_is_refused(tmp_path: Path, folder: Path, field: str, value: str) -> None:
    """By the check of the recipe, or where it is made, when the readers are compiled."""
    plugin(folder, f'return Recipe(generator="own", source="x", {field}={value})')
    [record] = read([picture(tmp_path)], folder)
    checked = f"the {field} of its Recipe is of a wrong type" in record.problems[0]
    made = "The plugin own failed: TypeError" in record.problems[0] and "(own.py, line 3)" in record.problems[0]
    assert (checked or made, record.format, record.recipe) == (True, "png", None)
    record.problems[0].encode()


def test_a_reader_that_hangs_is_named_and_after_three_files_left_out(tmp_path: Path, folder: Path) -> None:
    plugin(folder, "import re\nre.match('(a+)+b', 'a' * 60)")
    names = [f"{number}.png" for number in range(6)]
    records = read([picture(tmp_path, name=name) for name in names], folder)
    problems = [record.problems for record in records if record.problems]
    assert problems == [("This file took longer than 0.5 s to read, in the plugin own.",)] * 3
    assert [record.format for record in records].count("png") == 3


def test_a_reader_that_ends_the_process_is_named(tmp_path: Path, folder: Path) -> None:
    plugin(folder, "import os\nos._exit(1)")
    plugin(folder, 'return Recipe(generator="other", source="png:own")', name="pother")
    [record] = read([picture(tmp_path)], folder)
    assert record.problems == ("This file stopped the program that read it, in the plugin own.",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "import nowhere_at_all",
            "The plugin bad failed: ModuleNotFoundError: No module named 'nowhere_at_all'. (bad.py, line 1)",
        ),
        ("def (", "The plugin bad failed: SyntaxError: invalid syntax"),
        ("raise SystemExit", "The plugin bad failed: SystemExit. (bad.py, line 1)"),
        ("x = 1", "The plugin bad failed: AttributeError: its file has no constant GENERATOR."),
        ("GENERATOR = 5", "was written for no version of the plugin interface; this program has 1."),
        (HEAD + "GENERATOR = Generator(slug='a', title='A', sources=(), read=print)", "was written for no version"),
        (
            HEAD + "GENERATOR = Generator(slug='a', title='A', sources=(), read=print, api_version=99)",
            "was written for version 99",
        ),
        ("import os\nos._exit(1)", "The plugin bad ends the program."),
        ("while True: pass", "The plugin bad did not start within 3 s."),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named_and_the_others_work(
    tmp_path: Path, folder: Path, text: str, message: str
) -> None:
    (folder / "bad.py").write_text(text)
    plugin(folder, 'return Recipe(generator="own", source="png:own")')
    report = check_plugins(str(folder), QUICKLY)
    assert report.names == ("own",)
    assert [failure.name for failure in report.failures] == ["bad"]
    assert message in report.failures[0].message
    [record] = read([picture(tmp_path)], folder)
    assert record.recipe is not None
    assert (record.recipe.generator, record.problems) == ("own", ())


def test_several_generators_stand_in_one_file(folder: Path) -> None:
    (folder / "two.py").write_text(
        HEAD
        + "def made(slug, number): return Generator(slug=slug, title='', sources=(), read=print, api_version=number)\n"
        + "GENERATORS = (made('a', 1), made('b', 1), made('c', 2))"
    )
    plugins, failures = load_plugins(GENERATORS, [], str(folder))
    assert [plugin.name for plugin in plugins] == ["two:a", "two:b"]
    assert [failure.name for failure in failures] == ["two:c"]


def test_only_files_of_the_folder_itself_are_plugins(folder: Path) -> None:
    for name in ("_help.py", ".hidden.py", "notes.txt", "sub.py/inner.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("raise SystemExit")
    assert load_plugins(GENERATORS, [], str(folder)) == ((), ())
    assert load_plugins(GENERATORS, [], str(folder / "missing")) == ((), ())
    assert check_plugins(None).names == ()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps such rights elsewhere")
def test_a_plugin_that_everybody_may_change_is_refused(folder: Path) -> None:
    plugin(folder, "return None")
    for place in (folder / "own.py", folder):
        place.chmod(0o777)
        plugins, failures = load_plugins(GENERATORS, [], str(folder))
        assert plugins == ()
        assert f"everybody on this machine may change {place}" in failures[0].message
        place.chmod(0o755)
    assert len(load_plugins(GENERATORS, [], str(folder))[0]) == 1


def test_a_plugin_is_not_asked_about_files_without_its_places(tmp_path: Path, folder: Path) -> None:
    plugin(folder, 'raise ValueError("asked")')
    [record] = read([picture(tmp_path, "Title")], folder)
    assert record.problems == ()
