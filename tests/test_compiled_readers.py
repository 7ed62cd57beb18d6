"""Compiled readers run only for the very sources they were made of, and their constructors are those of dataclasses."""

import ast
import importlib
import os
import shutil
import subprocess
import sys
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

import pytest

from diffusion_toolkit.compiled import FOLDER, PACKAGE, module_name, reader_sources, sources_digest
from native_constructors import with_constructors


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package that says to be compiled."""
    copy = tmp_path / "diffusion_toolkit"
    copy.mkdir()
    for name in ("__init__.py", "compiled.py", *reader_sources()):
        (copy / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(Path(PACKAGE, name), copy / name)
    (copy / FOLDER / sources_digest(str(copy))).mkdir(parents=True)
    return copy


def readers_of(package: Path, **environment: str) -> str:
    code = "from diffusion_toolkit.compiled import readers_are; print(readers_are())"
    inherited = {key: value for key, value in os.environ.items() if key != "DTK_PURE"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **environment, "PYTHONPATH": str(package.parent)},
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_result_of_these_sources_is_used(package: Path) -> None:
    assert readers_of(package) == "compiled"
    assert readers_of(package, DTK_PURE="1") == "plain Python"


@pytest.mark.parametrize("name", ["record.py", "formats/png.py", "generators/comfyui/graph.py", "formats/new.py"])
def test_a_changed_or_new_source_runs_itself(package: Path, name: str) -> None:
    with (package / name).open("a", encoding="utf-8") as file:
        file.write("# another line\n")
    assert readers_of(package) == "plain Python"


@pytest.mark.parametrize("source", reader_sources())
def test_constructors_take_what_those_of_the_dataclasses_take(source: str) -> None:
    plain = Path(PACKAGE, source).read_text("utf-8")
    changed = with_constructors(plain)
    assert changed.count("\n") == plain.count("\n")
    module = importlib.import_module(module_name(source))
    for node in ast.walk(ast.parse(changed)):
        made = getattr(module, node.name, None) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and isinstance(made, type) and is_dataclass(made):
            written = next(each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
            assert parameters_of(written) == [
                (field.name, field.kw_only, field.default is MISSING and field.default_factory is MISSING)
                for field in fields(made)
                if field.init
            ]


def parameters_of(function: ast.FunctionDef) -> list[tuple[str, bool, bool]]:
    """Name, whether only by keyword, and whether required, of each parameter but the first."""
    arguments = function.args
    required = len(arguments.args) - len(arguments.defaults)
    return [
        *((argument.arg, False, place < required) for place, argument in enumerate(arguments.args) if place),
        *(
            (argument.arg, True, default is None)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ),
    ]
