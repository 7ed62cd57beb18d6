"""Settings: where they come from, which wins, and that the page that documents them is complete."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.settings import Settings, load

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('collection = "work"\n[web]\nport = 8000\n[scan]\nworkers = 3\n')
    monkeypatch.setenv("DTK_WEB__PORT", "9000")
    settings = load(data_dir=tmp_path)
    assert (settings.collection, settings.web.port, settings.scan.workers) == ("work", 9000, 3)
    assert load(data_dir=tmp_path, collection="other").collection == "other"


@pytest.mark.parametrize("text", ["web = 3", "[web]\nport = 99999", "[wbe]\nport = 1", "not toml"])
def test_a_wrong_file_is_an_error_of_usage(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(UsageError, match="settings"):
        load(data_dir=tmp_path)


def test_the_password_of_the_database_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTK_DATABASE_URL", "postgresql://me:secret@example/db")
    settings = load(data_dir=tmp_path)
    assert settings.server_url == "postgresql://me:secret@example/db"
    assert "secret" not in settings.model_dump_json() + repr(settings)


def rows(model: type[BaseModel], prefix: str = "") -> list[str]:
    """The lines that docs/settings.md must hold."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += rows(kind, f"{prefix}{name}.")
        else:
            default = "" if field.is_required() or field.default is None else f"`{field.default}`"
            found.append(f"| `{prefix}{name}` | {default} | {field.description} |")
    return found


def test_every_setting_is_documented() -> None:
    assert [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")] == rows(Settings)
