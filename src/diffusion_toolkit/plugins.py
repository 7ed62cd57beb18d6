"""Finds what other packages add to this program, checks that it was made for this version, isolates its failures.

A package adds something by an entry point, for example:

    [project.entry-points."diffusion_toolkit.generators"]
    my-generator = "my_package:GENERATOR"
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

API_VERSION = 1
"""A plugin states the one it was written for in its attribute `api_version`."""

GENERATORS = "diffusion_toolkit.generators"
"""The entry point group of generator readers."""

_log = logging.getLogger(__name__)

Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A thing that another package adds; name as its entry point says."""

    name: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFailure:
    """A plugin that could not be used or failed; message is a sentence for the user."""

    name: str
    message: str


def load_plugins(
    group: str, found: Iterable[EntryPoint] | None = None, folder: str | None = None
) -> tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]:
    """Every usable plugin of a group in the order of their names, and every other with the reason.

    found: the entry points to load instead of the installed ones.
    """
    del folder
    plugins: list[Plugin] = []
    failures: list[PluginFailure] = []
    for point in sorted(entry_points(group=group) if found is None else found, key=lambda point: point.name):
        loaded = guarded(point.name, point.load)
        if not isinstance(loaded, PluginFailure):
            loaded = _checked(point.name, loaded)
        if isinstance(loaded, PluginFailure):
            failures.append(loaded)
        else:
            plugins.append(loaded)
    return tuple(plugins), tuple(failures)


def guarded(name: str, call: Callable[[], Result]) -> Result | PluginFailure:
    """What a plugin's code gives, or its failure: no plugin can stop the program."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 a plugin may raise anything; the failure names it
        _log.warning("plugin %s failed", name, exc_info=error)
        return PluginFailure(name=name, message=f"The plugin {name} failed: {type(error).__name__}: {error}.")


def _checked(name: str, value: object) -> Plugin | PluginFailure:
    version = getattr(value, "api_version", None)
    if version == API_VERSION:
        return Plugin(name=name, value=value)
    stated = "no version" if version is None else f"version {version}"
    message = f"The plugin {name} was written for {stated} of the plugin interface; this program has {API_VERSION}."
    return PluginFailure(name=name, message=message)
