"""One file per subject; each names its router `router`."""

from fastapi import APIRouter

from diffusion_toolkit.web.routes import curation, events, images, roots, scans, search, status

ROUTERS: tuple[APIRouter, ...] = (
    status.router,
    roots.router,
    scans.router,
    search.router,
    images.router,
    curation.router,
    events.router,
)
