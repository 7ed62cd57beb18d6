"""One file per subject; each names its router `router`."""

from fastapi import APIRouter

from diffusion_toolkit.web.routes import (
    albums,
    curation,
    events,
    files,
    folders,
    images,
    matches,
    model_hashes,
    models,
    prompts,
    queries,
    renditions,
    roots,
    safety,
    saved_queries,
    scans,
    search,
    status,
    tags,
)

ROUTERS: tuple[APIRouter, ...] = (
    status.router,
    roots.router,
    folders.router,
    files.router,
    scans.router,
    search.router,
    queries.router,
    images.router,
    renditions.router,
    curation.router,
    tags.router,
    albums.router,
    saved_queries.router,
    matches.router,
    safety.router,
    prompts.router,
    models.router,
    model_hashes.router,
    events.router,
)
