"""Finds what others add to this program, checks that it was made for this version, isolates its failures.

A package adds something by an entry point, for example:

    [project.entry-points."diffusion_toolkit.generators"]
    my-generator = "my_package:GENERATOR"

A single file adds the same by lying in the plugin folder of the data folder, with a constant GENERATOR or GENERATORS.
"""

import logging
import os
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from types import TracebackType
from typing import TypeVar, cast

API_VERSION = 1
"""A plugin states the one it was written for in its attribute `api_version`."""

GENERATORS = "diffusion_toolkit.generators"
"""The entry point group of generator readers."""

FOLDER = "plugins"
"""Name of the folder in the data folder where single-file plugins lie."""

LONGEST_MESSAGE = 300

_CONSTANTS = {GENERATORS: ("GENERATOR", "GENERATORS")}
_MODULE_PREFIX = "diffusion_toolkit_plugin_"
_OTHERS_MAY_WRITE = 0o002

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
Found = tuple[str, Callable[[], object]]
Tell = Callable[[str], None]
"""Is told the name of a plugin before its code runs, and "" after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A thing that others add; name: as its entry point or its file says."""

    name: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFailure:
    """A plugin that could not be used or failed; message is a sentence for the user."""

    name: str
    message: str


def load_plugins(
    group: str,
    found: Iterable[EntryPoint] | None = None,
    folder: str | None = None,
    *,
    without: Collection[str] = (),
    tell: Tell | None = None,
) -> tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]:
    """Every usable plugin of a group in the order of their names, and every other with the reason.

    found: the entry points to load instead of the installed ones; folder: where single-file plugins lie; without:
    names of plugins that are not loaded.
    """
    points = entry_points(group=group) if found is None else found
    candidates: list[Found] = [(point.name, point.load) for point in points]
    files, failures = _in_folder(group, folder) if folder else ([], [])
    plugins: list[Plugin] = []
    for name, load in sorted(candidates + files, key=lambda candidate: candidate[0]):
        if name in without:
            continue
        if tell:
            tell(name)
        loaded = guarded(name, lambda name=name, load=load: _checked_parts(name, load()))
        for each in (loaded,) if isinstance(loaded, PluginFailure) else loaded:
            if isinstance(each, PluginFailure):
                failures.append(each)
            else:
                plugins.append(each)
    if tell:
        tell("")
    return tuple(plugins), tuple(failures)


def guarded(name: str, call: Callable[[], Result]) -> Result | PluginFailure:
    """What a plugin's code gives, or its failure: no plugin can stop the program."""
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 a plugin may raise anything, sys.exit too; the failure names it
        _log.debug("plugin %s failed", name, exc_info=error)
        return PluginFailure(name=name, message=f"The plugin {name} failed: {_described(error)}")


def has_plugins(group: str, folder: str | None) -> bool:
    """Whether there is any plugin, usable or not. Runs no code of theirs."""
    return bool(entry_points(group=group)) or (folder is not None and any(_in_folder(group, folder)))


def _in_folder(group: str, folder: str) -> tuple[list[Found], list[PluginFailure]]:
    """The files of a plugin folder that may be loaded, and those that may not."""
    files: list[Found] = []
    failures: list[PluginFailure] = []
    for path in _python_files(folder):
        name = os.path.basename(path).removesuffix(".py")
        open_to_all = [place for place in (folder, path) if _others_may_write(place)]
        if open_to_all:
            message = (
                f"The plugin {name} is not loaded: everybody on this machine may change {open_to_all[0]}. "
                "Take that right away (chmod o-w)."
            )
            failures.append(PluginFailure(name=name, message=message))
        else:
            files.append((name, lambda name=name, path=path: _load_file(group, name, path)))
    return files, failures


def _python_files(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    paths = [os.path.join(folder, name) for name in names if name.endswith(".py") and name[0] not in "._"]
    return [path for path in paths if os.path.isfile(path)]


def _others_may_write(path: str) -> bool:
    """Windows keeps such rights elsewhere, and shows none here."""
    try:
        return os.name == "posix" and bool(os.stat(path).st_mode & _OTHERS_MAY_WRITE)
    except OSError:
        return False


def _load_file(group: str, name: str, path: str) -> object:
    """The constant of a plugin's file; the tuple of them for its constant in the plural."""
    module_name = _MODULE_PREFIX + name
    spec = spec_from_file_location(module_name, path, loader=SourceFileLoader(module_name, path))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    one, several = _CONSTANTS[group]
    if hasattr(module, several):
        return tuple(getattr(module, several))
    if not hasattr(module, one):
        raise AttributeError(f"its file has no constant {one}")
    return getattr(module, one)


def _checked_parts(name: str, value: object) -> list[Plugin | PluginFailure]:
    if not isinstance(value, tuple):
        return [_checked(name, value)]
    return [_checked(f"{name}:{getattr(part, 'slug', '?')}", part) for part in cast("tuple[object, ...]", value)]


def _checked(name: str, value: object) -> Plugin | PluginFailure:
    version = getattr(value, "api_version", None)
    if version == API_VERSION:
        return Plugin(name=name, value=value)
    stated = "no version" if version is None else f"version {version}"
    message = f"The plugin {name} was written for {stated} of the plugin interface; this program has {API_VERSION}."
    return PluginFailure(name=name, message=message)


def _described(error: BaseException) -> str:
    """Kind, words and place of an error, whatever its words do when they are asked for."""
    try:
        words = str(error)
    except Exception:  # noqa: BLE001 the error is a plugin's own too
        words = ""
    words = words.encode("utf-8", "replace").decode().replace("\0", "").rstrip(".")
    if len(words) > LONGEST_MESSAGE:
        words = words[:LONGEST_MESSAGE] + " …"
    return f"{type(error).__name__}{': ' if words else ''}{words}.{_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    """Where in a plugin's file it happened, for who writes it."""
    place = ""
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith(_MODULE_PREFIX):
            place = f" ({module.removeprefix(_MODULE_PREFIX)}.py, line {trace.tb_lineno})"
        trace = trace.tb_next
    return place
