"""Measurements with their baselines; every command prints what it measured."""

import os

os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # as `cli.main` does
