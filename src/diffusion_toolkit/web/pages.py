"""The page's own files. Addresses without a dot are the page itself: its address is its state."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from diffusion_toolkit.web.failures import failure

KEPT: Final = (
    ("assets", "public, max-age=31536000, immutable"),
    ("favicon", "public, max-age=86400"),  # browsers ask for it with every address that a page gives itself
)
"""How long browsers keep files, by how their paths begin; they ask for all others again."""


class PageFiles(StaticFiles):
    """Files of the built page; those under assets/ carry a hash in their names and never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the page for every address of its own."""
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("api") or "." in path:
                raise
            path = "index.html"
            answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = next((kept for start, kept in KEPT if path.startswith(start)), "no-cache")
        return answer


def install(app: FastAPI, folder: Path) -> None:
    """Serve the page at `/`, after all other routes."""
    if (folder / "index.html").is_file():
        app.mount("/", PageFiles(directory=folder, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def no_page() -> Response:
        return failure(404, "not_found", "The page was not built. Run `python build_page.py`, or use the API: /docs.")

    del no_page  # the app has it
