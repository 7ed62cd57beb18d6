"""What the entrance composed, as the routes see it: one database, and a catalog per collection that is asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, RLock

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.errors import NotFound, Refused
from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.colours import Colours
from diffusion_toolkit.library.complete import Completer
from diffusion_toolkit.library.explain import Explainer
from diffusion_toolkit.library.plugin_check import PluginReport, check_plugins
from diffusion_toolkit.library.prompts.tokens import TokenBook
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.untold import untold_names
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.renditions import Renditions
from diffusion_toolkit.settings import NsfwMode, stage_context
from diffusion_toolkit.store.database import Collection, Database

OpenCatalog = Callable[[Collection], Catalog]
StartScan = Callable[..., int]
Changed = Callable[[str, int], None]


class Library:
    """The collections of one database, each opened when first asked for. `close` it in the end.

    open_catalog: gives a loaded catalog that follows the store; start_scan(collection, root_ids, phases[, folder_ids]):
    starts a scan in the background and returns the number of its job; data_dir: where backups lie;
    default: the collection the page shows first;
    plugin_folder: where single-file plugins lie that help to read files; civitai: whom to ask for models;
    stages: what models that look at pictures run on, as the settings are now;
    nsfw_mode: "hide" leaves pictures that are marked NSFW out of every answer.
    """

    def __init__(
        self,
        *,
        database: Database,
        thumbnails: ThumbnailCache,
        open_catalog: OpenCatalog,
        start_scan: StartScan,
        data_dir: Path,
        default: str = "main",
        plugin_folder: str | None = None,
        civitai: CivitaiOptions | None = None,
        nsfw_mode: NsfwMode = "blur",
        stages: Callable[[], StageContext] = stage_context,
    ) -> None:
        self.database = database
        self.data_dir = data_dir
        self.thumbnails = thumbnails
        self.renditions = Renditions(thumbnails.folder.with_name("renditions"))
        self.default = default
        self.start_scan = start_scan
        self.explainer = Explainer(plugin_folder)
        self.civitai = civitai or CivitaiOptions()
        self.nsfw_mode: NsfwMode = nsfw_mode
        self.stages = stages
        self._plugin_folder = plugin_folder
        self._plugins: PluginReport | None = None
        self._checking_plugins = Lock()
        self._open_catalog = open_catalog
        self._collections: dict[str, Collection] = {}
        self._searches: dict[str, Search] = {}
        self._completers: dict[str, Completer] = {}
        self._tokens: dict[str, TokenBook] = {}
        self._colours: dict[str, Colours] = {}
        self._written: dict[str, int] = {}
        self._listeners: list[Changed] = []
        self._opening: dict[str, Lock] = {}
        self._lock = RLock()

    def collection(self, name: str) -> Collection:
        """The collection of this name. Raises NotFound; a visitor cannot create one."""
        with self._lock:
            found = self._collections.get(name)
        if found is None:
            if name not in self.database.collection_names():
                raise NotFound("There is no collection of this name.")
            found = self.database.collection(name)
            with self._lock:
                self._collections[name] = found
        return found

    def search(self, name: str) -> Search:
        """The search over a collection; the first call loads its catalog, others wait for that."""
        with self._lock:
            if name in self._searches:
                return self._searches[name]
        collection = self.collection(name)
        with self._lock:
            opening = self._opening.setdefault(name, Lock())
        with opening:
            if name not in self._searches:
                catalog = self._open_catalog(collection)
                catalog.hide_nsfw(self.nsfw_mode == "hide")
                catalog.add_listener(lambda revision: self._tell(name, revision))
                with self._lock:
                    self._searches[name] = Search(catalog)
        return self._searches[name]

    def colours(self, name: str) -> Colours:
        """The main colours of the pictures of a collection."""
        collection = self.collection(name)
        with self._lock:
            return self._colours.setdefault(name, Colours(collection))

    def tokens(self, name: str) -> TokenBook:
        """The statistics of words and tags of a collection."""
        search = self.search(name)
        with self._lock:
            return self._tokens.setdefault(name, TokenBook(search))

    def completer(self, name: str) -> Completer:
        """What completes queries of a collection."""
        search = self.search(name)
        with self._lock:
            return self._completers.setdefault(name, Completer(search))

    def set_nsfw_mode(self, mode: NsfwMode) -> None:
        """Show, blur or hide pictures that are marked NSFW, from now on and for every visitor."""
        with self._lock:
            self.nsfw_mode = mode
            searches = list(self._searches.values())
            self._completers.clear()
            self._tokens.clear()
        for search in searches:
            search.catalog.hide_nsfw(mode == "hide")

    def check_shown(self, name: str, image_id: int) -> None:
        """Raises NotFound for an image of which nothing may be told."""
        if not self.shown(name, [image_id]):
            raise NotFound("There is no such image.")

    def shown(self, name: str, image_ids: Sequence[int]) -> Sequence[int]:
        """Those of these images that may be told of."""
        if self.nsfw_mode != "hide":
            return image_ids
        state = self._up_to_date(name).catalog.state
        return [number for number in image_ids if not state.is_hidden(number)]

    def untold_names(self, name: str) -> frozenset[str]:
        """Names of tags and albums that only pictures have of which nothing may be told."""
        return untold_names(self._up_to_date(name), now=local_now()) if self.nsfw_mode == "hide" else frozenset()

    def _up_to_date(self, name: str) -> Search:
        """A collection's searches, which know what was written up to now."""
        search = self.search(name)
        if (written := self.must_see(name, None)) is not None:
            search.catalog.seen(written)
        return search

    def check_nothing_hidden(self) -> None:
        """Raises Refused while NSFW pictures are hidden, for what cannot leave them out."""
        if self.nsfw_mode == "hide":
            raise Refused("NSFW pictures are hidden. Show them first: this cannot leave them out.")

    def revision(self, name: str) -> int | None:
        """The revision of a collection's catalog, or None while it is not loaded."""
        found = self._searches.get(name)
        return found.catalog.state.revision if found else None

    def plugins(self) -> PluginReport:
        """The plugins that are in use and those that cannot be; looked at once, when first asked for."""
        with self._checking_plugins:
            if self._plugins is None:
                self._plugins = check_plugins(self._plugin_folder)
        return self._plugins

    def wrote(self, name: str, token: int) -> None:
        """Note the token of a write, which every later query of this server waits for, asked to or not."""
        with self._lock:
            self._written[name] = max(token, self._written.get(name, 0))

    def must_see(self, name: str, after: int | None) -> int | None:
        """The newest write that a query has to see: the visitor's own, or the last through this server."""
        written = self._written.get(name)
        return after if written is None or (after is not None and after > written) else written

    def on_change(self, listener: Changed) -> None:
        """Have `listener(collection name, revision)` called, from any thread, whenever a loaded catalog changed."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Stop following and reading. The database stays open: it is the entrance's."""
        self.explainer.close()
        self.renditions.close()
        with self._lock:
            known = list(self._colours.values())
        for colours in known:
            colours.close()
        with self._lock:
            for search in self._searches.values():
                search.catalog.close()
            self._searches.clear()

    def _tell(self, name: str, revision: int) -> None:
        for listener in self._listeners:
            listener(name, revision)
