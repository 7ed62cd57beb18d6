"""Diffusion Toolkit: find, sort and reuse AI-generated pictures."""

from diffusion_toolkit.compiled import use_compiled_readers

__version__ = "0.1.0"

use_compiled_readers()
