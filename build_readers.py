"""Compiles the readers of files with mypyc, which makes them twice as fast: `python build_readers.py`.

The result lies beside the sources in `compiled_readers/DIGEST` and is only used for exactly these sources, by this
Python: see `diffusion_toolkit.compiled`. Needs mypy and setuptools (`pip install --group compile`) and a C compiler;
without these the readers run as plain Python. `DTK_RECOMPILE=1` compiles what is compiled already, `DTK_DEBUG=1` keeps
names for `perf`.
"""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from native_constructors import with_constructors

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from diffusion_toolkit.compiled import FOLDER, LIBRARY, library_file, reader_sources, sources_digest

PACKAGE = "src/diffusion_toolkit"
OPTIMISATION = "1"
"""-O3 takes twice as long and gains nothing: the time goes into Python's own functions."""

SOURCES_A_UNIT = 6
"""Files of C that are compiled as one, because each reads the same headers first."""

LAST_LINES = 40
INSIDE = "--inside"


class ReadersNotCompiled(Exception):
    """The readers could not be compiled; the message says why. They work nevertheless."""


def compile_readers(root: Path) -> bool:
    """Compile the readers of the project at `root`; False when that was done already."""
    package = root / PACKAGE
    with tempfile.TemporaryDirectory(prefix="dtk-readers-") as name:
        work = Path(name)
        shutil.copytree(package, work / package.name, ignore=shutil.ignore_patterns("page", "__pycache__", FOLDER))
        digest = sources_digest(str(work / package.name))  # of the copy: sources may change while they are compiled
        made = package / FOLDER / digest
        if made.is_dir() and not os.environ.get("DTK_RECOMPILE"):
            return False
        _require_compiler()
        result = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), INSIDE],
            cwd=work,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if result.returncode:
            raise ReadersNotCompiled("\n".join(result.stdout.splitlines()[-LAST_LINES:]))
        _put(work / "result", made)
    return True


def _require_compiler() -> None:
    for module in ("mypyc", "setuptools"):
        if find_spec(module) is None:
            raise ReadersNotCompiled(f"the Python package {module.replace('mypyc', 'mypy')} is not installed")
    if os.name == "nt":
        return  # setuptools looks for Microsoft's compiler, and says where to get it
    compiler = shlex.split(str(sysconfig.get_config_var("CC") or "cc"))[0]
    if shutil.which(compiler) is None:
        raise ReadersNotCompiled(f"there is no C compiler ({compiler})")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise ReadersNotCompiled("Python.h is missing (on Debian and Ubuntu: apt-get install python3-dev)")


def _put(result: Path, made: Path) -> None:
    """Move the result to its place in one step, and remove those of older sources."""
    made.parent.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=made.parent))
    shutil.copytree(result, new, dirs_exist_ok=True)
    shutil.rmtree(made, ignore_errors=True)
    new.chmod(0o755)
    new.rename(made)
    for other in made.parent.iterdir():
        if other != made and not other.name.startswith(".new-"):
            shutil.rmtree(other, ignore_errors=True)  # on Windows a program that runs holds on to its own


# --- inside the temporary folder -----------------------------------------------------------------


def compile_here() -> None:
    """Compile the readers in the folder `diffusion_toolkit` of the working directory; the result goes to `result`."""
    from mypyc.build import mypycify
    from setuptools import Extension

    package = Path(PACKAGE).name
    sources = reader_sources(package)
    for source in sources:
        path = Path(package, source)
        path.write_text(with_constructors(path.read_text("utf-8")), "utf-8")
    options = [f"--python-executable={sys.executable}", "--follow-imports=silent", "--ignore-missing-imports"]
    made: list[Any] = mypycify(
        [*options, *(f"{package}/{source}" for source in sources)],
        opt_level=OPTIMISATION,
        debug_level=os.environ.get("DTK_DEBUG", "0"),
        multi_file=True,
        target_dir="c",
        group_name=LIBRARY.removesuffix("__mypyc"),
    )
    library, shims = made[0], made[1:]
    library.sources = _joined("unit", library.sources)
    beginnings: dict[str, list[str]] = {}
    for shim in shims:
        beginnings.setdefault(library_file(shim.name.removesuffix(".__init__")), []).extend(shim.sources)
    extensions = [
        Extension(
            f"beginning{number}",
            [_unit(f"beginning{number}", files, hidden="PyInit___init__")],
            extra_compile_args=library.extra_compile_args,
        )
        for number, files in enumerate(beginnings.values())
    ]
    built = _built([library, *extensions])
    Path("result").mkdir()
    for file, path in zip([LIBRARY + EXTENSION_SUFFIXES[0], *beginnings], built, strict=True):
        shutil.copy(path, Path("result", file))


def _joined(name: str, sources: list[str]) -> list[str]:
    """Files of C, several of them as one."""
    largest_first = sorted(sources, key=lambda source: -os.path.getsize(source))
    count = max(1, len(sources) // SOURCES_A_UNIT)
    return [_unit(f"{name}{number}", largest_first[number::count]) for number in range(count)]


def _unit(name: str, sources: Iterable[str], hidden: str = "") -> str:
    """One file of C that includes others. hidden: a function that each of them has, and nobody needs."""
    lines: list[str] = []
    for number, source in enumerate(sources):
        renamed = [f"#define {hidden} {hidden}_{number}"] if hidden else []
        lines += [
            *renamed,
            f'#include "{Path(source).resolve().as_posix()}"',
            *([f"#undef {hidden}"] if hidden else []),
        ]
    unit = Path("c", f"{name}.c")
    unit.write_text("\n".join([*lines, ""]), "utf-8")
    return str(unit)


def _built(extensions: list[Any]) -> list[str]:
    """The libraries of these extensions, compiled on all cores."""
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    class ParallelBuild(build_ext):
        def build_extensions(self) -> None:
            one: Any = self.compiler.compile

            def compile_all(sources: list[str], output_dir: str | None = None, **options: Any) -> list[str]:
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    made = [pool.submit(one, [source], output_dir, **options) for source in sources]
                    return list(itertools.chain.from_iterable(each.result() for each in made))

            self.compiler.compile = compile_all
            super().build_extensions()

    command = ParallelBuild(Distribution({"name": LIBRARY, "packages": [], "ext_modules": extensions}))
    command.build_lib, command.build_temp = "lib", "temp"
    command.ensure_finalized()
    command.run()
    return [command.get_ext_fullpath(extension.name) for extension in extensions]


def main() -> int:
    """Compile the readers by hand; 1 when that did not work."""
    if sys.argv[1:] == [INSIDE]:
        compile_here()
        return 0
    try:
        compiled = compile_readers(Path(__file__).resolve().parent)
    except ReadersNotCompiled as error:
        sys.stderr.write(f"The readers run as plain Python, about half as fast: {error}\n")
        return 1
    sys.stderr.write("The readers are compiled.\n" if compiled else "The readers are compiled already.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
