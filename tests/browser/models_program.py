"""The program with tiny models: a tagger in its folder of models, and a server that writes captions."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from onnx import numpy_helper
from playwright.sync_api import Locator

from browser.gallery import save_picture
from browser.program import Program, start, stop, wait_until_total
from enrich import networks
from integrations.chat_server import ChatServer

KEY = "sk-for-this-test-only"


def place_tagger(folder: Path) -> None:
    """JoyTag's form, hardly looking at the picture: some 70 of its labels are likelier than 0.35, the best 0.8."""
    network = networks.place_joytag(folder)
    model = networks.load(network)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        calmed = values * 0.02 if tensor.name == "matrix" else values * 1.6 - 2.6
        tensor.CopyFrom(numpy_helper.from_array(calmed, tensor.name))
    networks.save(model, network)


@contextmanager
def models_program(folder: Path, names: list[str], server: ChatServer) -> Generator[Program]:
    """The program over pictures of these names; the server writes captions, the tagger runs on the processor."""
    for number, name in enumerate(names):
        save_picture(folder / "pictures" / name, {}, (256, 192), number)
    place_tagger(folder / "data" / "models" / "joytag")
    server_table = f'[captions.server]\nurl = "{server.url}"\napi_key = "{KEY}"\n'
    text = f'[captions]\nprovider = "server"\n{server_table}[models]\ndevice = "cpu"\n'
    (folder / "data" / "settings.toml").write_text(text, encoding="utf-8")
    process, url = start(folder / "data", folder / "pictures")
    wait_until_total(url, len(names))
    yield Program(url=url, pictures=folder / "pictures", data_dir=folder / "data")
    stop(process)


def results(window: Locator) -> Locator:
    """The results that a window of models shows."""
    return window.get_by_role("list", name="Results").get_by_role("listitem")
