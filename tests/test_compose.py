"""compose.yaml starts a database that fits the program and that nobody else can reach."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from diffusion_toolkit.store.database import OLDEST_SERVER

FILE = Path(__file__).parents[1] / "compose.yaml"


@pytest.fixture
def database() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text("utf-8"))["services"]["database"]


def test_the_image_has_pgvector_and_a_postgresql_we_support(database: dict[str, Any]) -> None:
    name, _, tag = str(database["image"]).partition(":")
    assert name == "pgvector/pgvector"
    assert tag.startswith("pg")
    assert int(tag[2:]) * 10_000 >= OLDEST_SERVER


def test_it_listens_on_this_machine_only(database: dict[str, Any]) -> None:
    assert [str(port).rsplit(":", 2)[0] for port in database["ports"]] == ["127.0.0.1"]
    assert "network_mode" not in database


def test_the_password_must_be_given(database: dict[str, Any]) -> None:
    assert str(database["environment"]["POSTGRES_PASSWORD"]).startswith("${DTK_DATABASE_PASSWORD:?")
    assert "trust" not in FILE.read_text("utf-8")


def test_the_data_outlive_the_container(database: dict[str, Any]) -> None:
    volume, _, place = str(database["volumes"][0]).partition(":")
    assert volume in yaml.safe_load(FILE.read_text("utf-8"))["volumes"]
    # The images from 18 on refuse a volume at /var/lib/postgresql/data.
    assert place == "/var/lib/postgresql"


def test_it_tells_when_it_is_ready(database: dict[str, Any]) -> None:
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_the_address_in_its_comment_is_its_own(database: dict[str, Any]) -> None:
    port = str(database["ports"][0]).split(":")[1]
    user, name = database["environment"]["POSTGRES_USER"], database["environment"]["POSTGRES_DB"]
    assert f"postgresql://{user}:$DTK_DATABASE_PASSWORD@127.0.0.1:{port}/{name}" in FILE.read_text("utf-8")
