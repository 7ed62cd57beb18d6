"""The door: from a path to a record, for every kind of damage, with plugins good and bad."""

import dataclasses
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from recipes import record

from container_bytes import jpeg, png, text_chunk
from diffusion_toolkit import generators
from diffusion_toolkit.formats import Container, read_container
from diffusion_toolkit.generators import REGISTRY, Generator, read_file, record_of
from diffusion_toolkit.plugins import API_VERSION, GENERATORS, load_plugins
from diffusion_toolkit.record import Recipe

TEXT = "a fox\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 64x64"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def damaged(folder: Path) -> dict[str, Path]:
    """One file of each kind of damage."""
    whole = png(text_chunk("parameters", TEXT), pixels=b"\0" * 4000)
    contents = {
        "truncated.png": whole[:3000],
        "empty.png": b"",
        "text.png": b"not a picture",
        "named.png": jpeg(),
        "cut.jpg": jpeg(end=b""),
    }
    paths = {name: folder / name for name in [*contents, "folder.png", "missing.png"]}
    for name, content in contents.items():
        paths[name].write_bytes(content)
    paths["folder.png"].mkdir()
    return paths


def test_each_damaged_file_has_exactly_one_problem(tmp_path: Path) -> None:
    for name, path in damaged(tmp_path).items():
        problems = read_file(path).all_problems
        assert len(problems) == 1, name
        assert problems[0].endswith("."), name


def test_what_could_be_read_of_a_truncated_file_is_there(tmp_path: Path) -> None:
    found = read_file(damaged(tmp_path)["truncated.png"])
    assert found.recipe is not None
    assert (found.recipe.prompt, found.width, found.size_bytes) == ("a fox", 64, 3000)


def test_the_registry_says_everything_about_itself() -> None:
    assert len({generator.slug for generator in REGISTRY}) == len(REGISTRY)
    for generator in REGISTRY:
        assert generator.title
        assert generator.sources
        assert generator.read(Container()) is None


class Broken:
    api_version = API_VERSION


NEWER = Generator(slug="newer", title="Newer", sources=(), read=lambda container: None, api_version=API_VERSION + 1)


def _own(container: Container) -> Recipe | None:
    text = container.text("png:parameters")
    if text is not None and "explode" in text.value:
        raise RuntimeError("boom")
    return Recipe(generator="own", source="png:own") if container.text("png:own") else None


OWN = Generator(slug="own", title="Own", sources=("png:own", "png:parameters"), read=_own, api_version=API_VERSION)
BROKEN = Broken()


def entry(name: str, target: str) -> EntryPoint:
    return EntryPoint(name=name, value=f"test_read_file:{target}", group=GENERATORS)


def test_plugins_are_checked_and_named() -> None:
    found = [entry("own", "OWN"), entry("newer", "NEWER"), entry("absent", "NOWHERE"), entry("odd", "SAMPLES")]
    plugins, failures = load_plugins(GENERATORS, found)
    assert [plugin.name for plugin in plugins] == ["own"]
    messages = {failure.name: failure.message for failure in failures}
    assert set(messages) == {"newer", "absent", "odd"}
    assert "version 2" in messages["newer"]
    assert "AttributeError" in messages["absent"]


@pytest.fixture
def with_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_plugins(GENERATORS, [entry("own", "OWN"), entry("broken", "BROKEN")])
    monkeypatch.setattr(generators, "_plugins", {(None, ()): loaded})


@pytest.mark.usefixtures("with_plugins")
def test_a_plugin_reads_its_files_and_a_failing_one_stops_nothing() -> None:
    own = record(text_chunk("own", "x"))
    assert own.recipe is not None
    assert own.recipe.generator == "own"
    failed = record(text_chunk("parameters", TEXT + ", Note: explode"))
    assert failed.recipe is not None
    assert failed.recipe.generator == "automatic1111"
    assert any("The plugin own failed: RuntimeError: boom." in problem for problem in failed.problems)
    assert any("The plugin broken failed" in problem for problem in failed.problems)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_shared_samples_are_read_without_problems() -> None:
    files = [path for path in SAMPLES.rglob("*.*") if path.suffix != ".tsv"]
    assert files
    for path in files:
        found = read_file(path)
        assert found.problems == (), path.name
        assert found.format is not None, path.name
        if path.parent.name == "comfyui" and path.suffix in {".png", ".jpg", ".jpeg", ".webp"}:
            assert found.recipe is not None, path.name
            assert (found.recipe.generator, found.recipe.problems) == ("comfyui", ()), path.name
            assert found.recipe.steps, path.name
            assert found.recipe.model, path.name
            assert found.recipe.seed is not None, path.name
        if path.parent.name == "a1111" and "stealth" not in path.name:
            assert found.recipe is not None, path.name
            assert (found.recipe.generator, found.recipe.problems) == ("automatic1111", ()), path.name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_page_s_graph_of_the_shared_samples_says_what_the_graph_that_ran_says() -> None:
    compared = 0
    for path in sorted((SAMPLES / "comfyui").glob("comfyanonymous*")) + sorted((SAMPLES / "comfyui").glob("d3x-at*")):
        container = read_container(path)
        shown = tuple(text for text in container.texts if "workflow" in f"{text.source}{text.value[:9]}".lower())
        ran = record_of(container).recipe
        page = record_of(dataclasses.replace(container, texts=shown)).recipe
        assert ran is not None, path.name
        assert page is not None, path.name
        assert dataclasses.replace(page, source=ran.source, origins=ran.origins, graph=ran.graph) == ran, path.name
        compared += 1
    assert compared > 20
