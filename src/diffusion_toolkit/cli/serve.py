"""`dtk serve`: everything at once: database, background work, catalog, page."""

import os
import sys
import time
import webbrowser
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import click

from diffusion_toolkit import __version__
from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.cli import output
from diffusion_toolkit.cli.library import OpenLibrary, common_options, open_library, read_settings
from diffusion_toolkit.cli.running import RunningServer
from diffusion_toolkit.errors import ToolkitError
from diffusion_toolkit.jobs import start_scan
from diffusion_toolkit.jobs.worker_process import WorkerProcess
from diffusion_toolkit.library.roots import add_root, list_roots
from diffusion_toolkit.library.scanning.options import DEEP, QUICK
from diffusion_toolkit.library.scanning.runs import not_paused
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.settings import Settings, stage_context
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.web import Library, WebOptions, create_app
from diffusion_toolkit.web.access import new_token
from diffusion_toolkit.web.options import is_loopback
from diffusion_toolkit.web.serve import serve as serve_app

START_TIMEOUT_S = 120.0


class Entrance:
    """How the address of the page reaches the user: on standard output, and in a browser."""

    def __init__(self, *, as_json: bool, open_browser: bool) -> None:
        self._as_json = as_json
        self._open_browser = open_browser

    def show(self, url: str) -> None:
        """Say that the page answers at `url`."""
        if self._as_json:
            output.print_json({"url": url})
        else:
            click.echo(f"Diffusion Toolkit is at {url} (Ctrl+C stops it)")
        if self._open_browser and _has_screen():
            webbrowser.open(url)


def _has_screen() -> bool:
    """Whether a browser can show anything here; without a screen Python would start one in the terminal."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@click.command(short_help="Add folders, index them, and open the page.")
@click.argument("folders", nargs=-1, type=click.Path())
@click.option("--host", help="Address to listen on (default: 127.0.0.1). Anything but loopback asks for a token.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (default: 7710); 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@common_options
def serve(
    folders: tuple[str, ...],
    host: str | None,
    port: int | None,
    no_browser: bool,
    data_dir: Path | None,
    collection: str | None,
    as_json: bool,
) -> int:
    """Add FOLDERS to the library, index them in the background, and show the page until Ctrl+C.

    A second `serve` on the same data folder hands its folders to the running one and opens that.
    """
    settings = read_settings(data_dir, collection)
    entrance = Entrance(as_json=as_json, open_browser=settings.web.open_browser and not no_browser)
    with RunningServer(settings.data_dir) as running, open_library(data_dir, collection) as library:
        first = running.take()
        for folder in folders:
            add_root(library.collection, folder)
        if first:
            port = settings.web.port if port is None else port
            _serve(library, running, entrance, host=host or settings.web.host, port=port)
        else:
            _scan_all(library)
            entrance.show(_address_of(running))
    return 0


def _serve(library: OpenLibrary, running: RunningServer, entrance: Entrance, *, host: str, port: int) -> None:
    token = None if is_loopback(host) else new_token()
    options = WebOptions(
        host=host,
        version=__version__,
        token=token,
        allowed_hosts=library.settings.web.allowed_hosts,
        programs=library.settings.programs,
    )
    shown = Library(
        database=library.database,
        thumbnails=_thumbnails(library.settings),
        open_catalog=partial(_follow, snapshots=library.settings.data_dir / "catalog"),
        start_scan=partial(start_scan, library.database),
        data_dir=library.settings.data_dir,
        default=library.collection.name,
        plugin_folder=library.settings.plugin_folder,
        civitai=library.settings.civitai.options,
        nsfw_mode=library.settings.nsfw.mode,
        stages=partial(stage_context, library.settings.data_dir),
    )

    def ready(url: str) -> None:
        address = f"{url}?{urlencode({'token': options.token})}" if options.token else url
        running.announce(address)
        entrance.show(address)

    with WorkerProcess(
        library.database.url,
        library.settings.data_dir,
        library.settings.logs_dir,
        library.settings.plugin_folder,
        library.settings.civitai.options,
    ):
        try:
            shown.search(library.collection.name)
            _scan_all(library)
            serve_app(create_app(shown, options), host=host, port=port, on_ready=ready)
        finally:
            shown.close()


def _follow(collection: Collection, snapshots: Path) -> Catalog:
    """A loaded catalog that follows the store."""
    catalog = Catalog(collection, CatalogOptions(snapshot_folder=snapshots))
    catalog.load()
    catalog.follow()
    return catalog


def _thumbnails(settings: Settings) -> ThumbnailCache:
    return ThumbnailCache(settings.data_dir / "thumbnails", settings.thumbnails.cache_mib * 2**20)


def _scan_all(library: OpenLibrary) -> None:
    """Look for changes in every folder of the library, in the background; at least in those that are new."""
    roots, all_of_them = list_roots(library.collection), library.settings.scan.at_start
    wanted = [root.id for root in roots if all_of_them or root.scanned_at is None]
    root_ids = not_paused(library.collection, wanted)
    if root_ids:
        start_scan(library.database, library.collection.name, root_ids, (QUICK, DEEP))


def _address_of(running: RunningServer) -> str:
    """Where the running `serve` answers; it may still be starting."""
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        url = running.url()
        if url:
            return url
        time.sleep(0.1)
    raise ToolkitError("Another serve runs on this data folder but does not answer. End it, and start again.")
