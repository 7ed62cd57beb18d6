"""Puts the app together: the door, the routes, the page."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from diffusion_toolkit import __version__
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.explain import AT_ONCE
from diffusion_toolkit.web import docs_page, failures, pages
from diffusion_toolkit.web.access import Guard
from diffusion_toolkit.web.broadcast import Broadcaster
from diffusion_toolkit.web.headers import SafeHeaders
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.live import LiveNews
from diffusion_toolkit.web.options import WebOptions
from diffusion_toolkit.web.passphrase import GuessGuard
from diffusion_toolkit.web.routes import ROUTERS
from diffusion_toolkit.web.settings_book import SettingsBook
from diffusion_toolkit.web.thumbnail_pool import ThumbnailPool


def create_app(library: Library, options: WebOptions) -> FastAPI:
    """The web application over a library. The library stays the caller's to close.

    Raises UsageError for a host that other machines reach without a token.
    """
    if not options.is_loopback and not options.token:
        raise UsageError("Serving to other machines needs a token.")
    app = describe()
    broadcaster = Broadcaster()
    app.state.library = library
    app.state.options = options
    app.state.broadcaster = broadcaster
    app.state.settings = SettingsBook(library.data_dir)
    app.state.passphrase_guard = GuessGuard()
    app.state.thumbnail_pool = ThumbnailPool(options.thumbnail_workers)
    app.state.explain_pool = ThumbnailPool(AT_ONCE, "explain")
    app.router.lifespan_context = _life
    failures.install(app)
    docs_page.install(app)
    pages.install(app, options.page_folder)
    app.add_middleware(Guard, options=options)
    app.add_middleware(SafeHeaders)
    return app


def describe() -> FastAPI:
    """The routes alone, enough for their OpenAPI document."""
    app = FastAPI(
        title="Diffusion Toolkit",
        version=__version__,
        description="Search, look at and organise a library of AI-generated pictures.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncGenerator[None]:
    broadcaster: Broadcaster = app.state.broadcaster
    pools: tuple[ThumbnailPool, ...] = (app.state.thumbnail_pool, app.state.explain_pool)
    broadcaster.open()
    news = LiveNews(app.state.library, broadcaster)
    news.start()
    try:
        yield
    finally:
        broadcaster.close()
        news.stop()
        for pool in pools:
            pool.close()
