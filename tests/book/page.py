"""One page of the book of samples: a small file as a generator writes it, and the record it must give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NO_FILES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file of the book.

    name: file name ("invokeai-5-graph.png"); data: its bytes; expected: its record as `dtk inspect --json` prints it,
    without path and bytes; beside: sidecar files by name; about: one sentence on what this file shows.
    """

    name: str
    data: bytes
    expected: Mapping[str, Any]
    about: str
    beside: Mapping[str, bytes] = field(default_factory=lambda: NO_FILES)
