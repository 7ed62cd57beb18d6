"""Runs the readers as machine code where `build_readers.py` has compiled them.

What it made lies in `compiled_readers/DIGEST`, by the digest of the sources it was made of: when one of these has
changed, the folder is no longer found, and the sources run. They also run when the environment says `DTK_PURE=1`.
"""

import hashlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location

PACKAGE = os.path.dirname(os.path.abspath(__file__))
FOLDER = "compiled_readers"
LIBRARY = "diffusion_toolkit_readers__mypyc"
"""The module that holds all machine code; those of its name hand over to it."""

_PACKAGE_NAME = "diffusion_toolkit"
_PARTS = ("record.py", "formats", "generators")


def reader_sources(package: str = PACKAGE) -> list[str]:
    """The sources that are compiled, as paths inside the package with slashes."""
    found: list[str] = []
    for part in _PARTS:
        if part.endswith(".py"):
            found.append(part)
        for folder, _, names in os.walk(os.path.join(package, part)):
            inside = os.path.relpath(folder, package).replace(os.sep, "/")
            found.extend(f"{inside}/{name}" for name in names if name.endswith(".py"))
    return sorted(found)


def sources_digest(package: str = PACKAGE) -> str:
    """What the folder is called that holds these sources compiled for this Python."""
    digest = hashlib.sha256(EXTENSION_SUFFIXES[0].encode())
    for source in reader_sources(package):
        with open(os.path.join(package, source), "rb", buffering=0) as file:
            content = file.read()
        digest.update(b"%s %d\n" % (source.encode(), len(content)))
        digest.update(content)
    return digest.hexdigest()[:32]


def module_name(source: str) -> str:
    """The module of a source: "formats/png.py" is diffusion_toolkit.formats.png."""
    return f"{_PACKAGE_NAME}.{source.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"


def library_file(module: str) -> str:
    """The file that begins a compiled module: all modules of one package share one."""
    return (module if module == LIBRARY else module.rpartition(".")[0]) + EXTENSION_SUFFIXES[0]


class _Finder:
    """Finds compiled modules in their folder, before others look for sources."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._packages = {module_name(source): source.endswith("/__init__.py") for source in reader_sources()}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """How a compiled module is loaded; None for all others."""
        if name not in self._packages and name != LIBRARY:
            return None
        file = os.path.join(self._folder, library_file(name))
        inside = [os.path.join(PACKAGE, *name.split(".")[1:])] if self._packages.get(name) else None
        return spec_from_file_location(
            name, file, loader=ExtensionFileLoader(name, file), submodule_search_locations=inside
        )


def use_compiled_readers() -> None:
    """Take the compiled readers from now on, where they are there and fit the sources."""
    if os.environ.get("DTK_PURE", "0") not in ("", "0") or not os.path.isdir(os.path.join(PACKAGE, FOLDER)):
        return
    folder = os.path.join(PACKAGE, FOLDER, sources_digest())
    if os.path.isdir(folder):
        sys.meta_path.insert(0, _Finder(folder))


def readers_are() -> str:
    """What code reads files in this process: "compiled" or "plain Python"."""
    return "compiled" if any(isinstance(finder, _Finder) for finder in sys.meta_path) else "plain Python"
