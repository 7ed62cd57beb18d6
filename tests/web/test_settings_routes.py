"""Settings over HTTP: what is told, what is written, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from diffusion_toolkit.settings import Settings, load
from diffusion_toolkit.web.settings_book import OTHERS
from web.test_files import Neighbour
from web.visitor import C, Visitor, kind


def listed(client: Visitor) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in client.get("/api/settings").json()["settings"]}


def change(client: Visitor, **values: Any) -> Any:
    given = {name.replace("__", "."): value for name, value in values.items()}
    return client.request("PATCH", "/api/settings", json={"values": given})


def test_every_setting_is_told_with_what_it_may_be(client: Visitor) -> None:
    found = listed(client)
    names = {"collection", "web.port", "scan.workers", "log.level", "civitai.api_key", "open_with"}
    assert names <= found.keys()
    assert not OTHERS & found.keys()
    port = found["web.port"]
    assert (port["kind"], port["value"], port["minimum"], port["maximum"]) == ("whole", 7710, 0, 65535)
    assert found["log.level"]["choices"] == ["DEBUG", "INFO", "WARNING", "ERROR"]
    kinds = {
        "scan.at_start": "switch",
        "web.allowed_hosts": "list",
        "open_with": "programs",
        "civitai.timeout_s": "number",
    }
    assert {name: found[name]["kind"] for name in kinds} == kinds
    assert all(each["description"] and each["source"] == "default" and not each["is_set"] for each in found.values())


def test_a_change_is_written_and_keeps_comments(client: Visitor, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("# mine\n[scan]\nworkers = 3 # few\n")
    answer = change(client, scan__at_start=False, log__level="DEBUG")
    assert answer.status_code == 200
    text = (tmp_path / "settings.toml").read_text()
    assert "# mine" in text
    assert "# few" in text
    settings = load(data_dir=tmp_path)
    assert (settings.scan.workers, settings.scan.at_start, settings.log.level) == (3, False, "DEBUG")
    found = listed(client)["scan.at_start"]
    assert (found["value"], found["default"], found["source"], found["is_set"]) == (False, True, "file", True)
    assert found["pending"]
    assert (tmp_path / "settings.toml").stat().st_mode & 0o077 == 0


def test_null_brings_the_default_back(client: Visitor, tmp_path: Path) -> None:
    change(client, scan__workers=5)
    assert change(client, scan__workers=None).status_code == 200
    assert listed(client)["scan.workers"]["source"] == "default"
    assert load(data_dir=tmp_path).scan.workers == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("log.files", 99999), ("log.level", "LOUD"), ("scan.workers", "many"), ("scan", {"workers": 1}), ("web.port", 8)],
)
def test_what_is_wrong_is_not_written(client: Visitor, tmp_path: Path, name: str, value: Any) -> None:
    change(client, scan__workers=2)
    before = (tmp_path / "settings.toml").read_text()
    answer = client.request("PATCH", "/api/settings", json={"values": {"scan.at_start": False, name: value}})
    assert answer.status_code in (400, 403, 404)
    assert (tmp_path / "settings.toml").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("settings")) == ["settings.toml"]


def test_a_secret_is_taken_and_never_given_back(client: Visitor, tmp_path: Path) -> None:
    answer = change(client, civitai__api_key="very-secret")
    assert "very-secret" not in answer.text
    assert "very-secret" not in client.get("/api/settings").text
    assert listed(client)["civitai.api_key"]["is_set"]
    assert load(data_dir=tmp_path).civitai.options.api_key == "very-secret"


def test_the_environment_has_the_last_word(client: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DTK_SCAN__WORKERS", "7")
    found = listed(client)["scan.workers"]
    assert (found["value"], found["source"]) == (7, "environment")
    assert change(client, scan__workers=2).status_code == 400


def test_where_the_library_lies_cannot_be_changed(client: Visitor) -> None:
    for name in sorted(OTHERS):
        assert kind(client.request("PATCH", "/api/settings", json={"values": {name: "x"}})) == "refused"


def test_programs_are_for_who_sits_here_and_hold_at_once(app: FastAPI) -> None:
    programs = {"values": {"open_with": [{"name": "Mine", "path": "mine", "arguments": ["%1"]}]}}
    away, here = Neighbour(app, "192.168.1.7"), Neighbour(app, "127.0.0.1")
    assert kind(away.request("PATCH", "/api/settings", json=programs)) == "refused"
    assert here.request("PATCH", "/api/settings", json=programs).status_code == 200
    assert here.get(f"{C}/files/programs").json() == {"here": True, "programs": [{"name": "Mine"}]}
    assert not listed(here)["open_with"]["pending"]


def test_the_document_and_the_page_speak_of_the_same_settings(client: Visitor) -> None:
    sections = {name for name, field in Settings.model_fields.items() if name not in OTHERS and field}
    assert {name.partition(".")[0] for name in listed(client)} == sections - {"nsfw"}
