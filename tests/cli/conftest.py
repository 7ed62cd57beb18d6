"""A command line on a fresh library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from diffusion_toolkit.cli.main import run


@pytest.fixture
def dtk(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., tuple[int, Any]]:
    """Runs a command with --json on a fresh library; its exit code and its document. No other machine is asked."""
    monkeypatch.setenv("DTK_DATABASE_URL", database_url)
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DTK_CIVITAI__HOST", "http://127.0.0.1:1")

    def call(*arguments: object) -> tuple[int, Any]:
        capfdbinary.readouterr()
        code = run([*map(str, arguments), "--json"])
        return code, orjson.loads(capfdbinary.readouterr().out)

    return call
