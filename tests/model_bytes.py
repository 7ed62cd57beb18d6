"""Model files as trainers and hubs write them: small, with real headers."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path


def safetensors(
    metadata: Mapping[str, object] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    weights: bytes = b"\0" * 64,
) -> bytes:
    """A safetensors file. metadata: non-texts are written as JSON in a text, as kohya does."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in (metadata or {}).items()}
    header: dict[str, object] = {"__metadata__": texts} if metadata is not None else {}
    for name, shape in (shapes or {"weight": (4, 4)}).items():
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [0, len(weights)]}
    data = json.dumps(header).encode()
    return struct.pack("<Q", len(data)) + data + weights


def gguf(values: Mapping[str, str]) -> bytes:
    """A GGUF file of version 3 with texts, a list of texts and a number."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    pairs = b"".join(text(key) + struct.pack("<I", 8) + text(value) for key, value in values.items())
    pairs += text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("bc")
    pairs += text("layers") + struct.pack("<II", 4, 32)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(values) + 2) + pairs


def save(path: Path, data: bytes) -> Path:
    """Write a file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
