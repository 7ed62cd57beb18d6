"""Diffusion Toolkit: find, sort and reuse AI-generated pictures."""

__version__ = "0.1.0"
