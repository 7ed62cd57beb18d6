"""The library over HTTP: the page's data, and the page. No logic."""

from diffusion_toolkit.web.app import create_app
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.options import WebOptions

__all__ = ["Library", "WebOptions", "create_app"]
