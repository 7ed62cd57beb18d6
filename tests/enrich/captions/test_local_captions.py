"""A model on this machine: llama.cpp really loads it, really looks at pictures, and several at the same time."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

import numpy as np
import orjson
import psutil
import pytest

import gguf_bytes
from diffusion_toolkit.enrich.captions.local import joycaption
from diffusion_toolkit.enrich.captions.local import process as process_module
from diffusion_toolkit.enrich.captions.local.process import LlamaProcess, ModelDied
from diffusion_toolkit.enrich.captions.local.provider import MOST_DEATHS, LocalCaptions, find_model
from diffusion_toolkit.enrich.captions.options import LocalCaptionOptions
from diffusion_toolkit.enrich.captions.pictures import JOYCAPTION_FORM, data_url
from diffusion_toolkit.enrich.captions.provider import (
    NothingWritten,
    Question,
    Sampling,
    Written,
    chat_request,
    write,
    write_all,
)
from diffusion_toolkit.enrich.captions.sample import sample_picture
from diffusion_toolkit.enrich.models.installed import InstalledModel
from diffusion_toolkit.errors import NotInstalled, ServiceFailed
from diffusion_toolkit.integrations.openai_server import ServerUnusable

OPTIONS = LocalCaptionOptions(threads=1, context_tokens=1536, idle_s=-1)
SURE = Sampling(temperature=1, top_p=1, max_tokens=40, seed=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> InstalledModel:
    folder = tmp_path_factory.mktemp("models")
    gguf_bytes.joycaption(folder)
    return find_model(folder, "joycaption")


@pytest.fixture(scope="module")
def process(model: InstalledModel) -> Iterator[LlamaProcess]:
    found = LlamaProcess(model, OPTIONS)
    yield found
    found.stop()


@pytest.fixture
def captions(model: InstalledModel) -> Iterator[LocalCaptions]:
    found = LocalCaptions(model, OPTIONS)
    yield found
    found.close()


def asked(shade: int, instruction: str = "Describe this.", sampling: Sampling = SURE) -> Question:
    picture = np.full((50, 80, 3), shade, np.uint8)
    return Question(picture=data_url(picture, JOYCAPTION_FORM), instruction=instruction, sampling=sampling)


def fetched(process: LlamaProcess, path: str, body: object = None, key: str | None = None) -> str:
    options = process.server.options
    headers = {"Authorization": f"Bearer {key or options.api_key}", "Content-Type": "application/json"}
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(options.url.removesuffix("/v1") + path, data, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def test_captions_depend_on_picture_and_question(captions: LocalCaptions) -> None:
    assert captions.process_id is None  # nothing is loaded before it is asked
    dark, light = captions.ask(asked(10)), captions.ask(asked(200))
    assert captions.process_id is not None
    assert dark.text != light.text
    assert captions.ask(asked(10, "Write a poem.")).text != dark.text
    assert captions.ask(asked(10)).text == dark.text
    assert sum(letter in "abcdefghijklmnopqrstuvwxyz " for letter in dark.text) > 30
    assert 0 < (dark.tokens or 0) <= 40
    assert 0 < dark.seconds < 30
    assert isinstance(write(captions, asked(10)), Written)


def test_several_pictures_are_looked_at_in_the_same_steps(process: LlamaProcess) -> None:
    """llama.cpp tells how many tokens it made in how many steps: together there are more tokens than steps."""
    questions = [asked(shade) for shade in range(0, 240, 20)]
    server = process.server
    before = steps(process)
    alone = [server.chat(chat_request(question)) for question in questions]
    between = steps(process)
    with ThreadPoolExecutor(OPTIONS.parallel) as pool:
        together = list(pool.map(server.chat, map(chat_request, questions)))
    after = steps(process)
    assert sum(each.tokens or 0 for each in alone) <= between - before
    assert sum(each.tokens or 0 for each in together) > 1.3 * (after - between)


def test_many_pictures_are_asked_about_at_once(captions: LocalCaptions) -> None:
    written = write_all(captions, [asked(shade) for shade in range(0, 240, 20)])
    texts = [each.text for each in written if isinstance(each, Written)]
    assert {type(each) for each in written} <= {Written, NothingWritten}  # random weights may run in circles
    assert len(set(texts)) == len(texts) >= 8


def test_the_picture_stands_where_the_model_was_trained_to_see_it(process: LlamaProcess) -> None:
    body = {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": data_url(sample_picture(), JOYCAPTION_FORM)}},
                    {"type": "text", "text": "Describe {this}."},
                ],
            },
        ]
    }
    prompt = orjson.loads(fetched(process, "/apply-template", body))["prompt"]
    before, _, rest = prompt.partition("<__media")
    assert before.endswith(f"user<|end_header_id|>\n\n{joycaption.BEFORE_PICTURE}")
    assert before.startswith("<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>")
    ending = "Describe {this}.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    assert rest.partition(">")[2] == joycaption.AFTER_PICTURE + ending


def test_nobody_else_is_answered(process: LlamaProcess) -> None:
    for path in ("/v1/models", "/metrics", "/props"):
        with pytest.raises(HTTPError, match="401"):
            fetched(process, path, key="guess")
    assert process.server.options.url.startswith("http://127.0.0.1:")
    command = Path(f"/proc/{process.process_id}/cmdline")
    if command.exists():  # Linux
        assert str(process.server.options.api_key).encode() not in command.read_bytes()


def test_a_question_that_is_too_long_is_that_questions_fault(captions: LocalCaptions) -> None:
    with pytest.raises(ServiceFailed, match="context size") as caught:
        captions.ask(asked(1, "a " * 2000))
    assert not isinstance(caught.value, ServerUnusable)
    assert captions.ask(asked(1)).text


def test_an_idle_model_is_let_go_and_loaded_again(model: InstalledModel) -> None:
    captions = LocalCaptions(model, LocalCaptionOptions(threads=1, context_tokens=1536, idle_s=0.3))
    first = captions.ask(asked(10))
    process_id = captions.process_id
    assert process_id
    until(lambda: captions.process_id is None)
    assert not psutil.pid_exists(process_id)
    assert captions.ask(asked(10)).text == first.text
    assert captions.process_id not in (None, process_id)
    captions.close()
    assert captions.process_id is None


def test_a_model_that_dies_is_started_again_but_not_for_ever(captions: LocalCaptions) -> None:
    for death in range(1, MOST_DEATHS + 1):
        expected = ServerUnusable if death == MOST_DEATHS else ModelDied
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(captions.ask, asked(1, sampling=Sampling(temperature=1, max_tokens=4000)))
            until(lambda: captions.process_id is not None)
            psutil.Process(captions.process_id).kill()
            with pytest.raises(expected, match=r"llama\.cpp ended"):
                answer.result(20)
    assert captions.ask(asked(1)).text


def test_one_death_is_one_however_many_pictures_were_looked_at(captions: LocalCaptions) -> None:
    captions.ask(asked(1))
    endless = Sampling(temperature=1, max_tokens=4000)
    with ThreadPoolExecutor(OPTIONS.parallel) as pool:
        answers = [pool.submit(captions.ask, asked(shade, sampling=endless)) for shade in range(MOST_DEATHS)]
        time.sleep(0.3)
        psutil.Process(captions.process_id).kill()
        for answer in answers:
            with pytest.raises(ModelDied):
                answer.result(20)
    assert captions.ask(asked(1)).text


def test_it_never_outlives_who_started_it(model: InstalledModel) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from diffusion_toolkit.enrich.captions.local.process import LlamaProcess\n"
        "from diffusion_toolkit.enrich.captions.local.provider import find_model\n"
        "from diffusion_toolkit.enrich.captions.options import LocalCaptionOptions\n"
        "found = find_model(Path(sys.argv[1]), 'joycaption')\n"
        "print(LlamaProcess(found, LocalCaptionOptions(threads=1)).process_id, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(model.network.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        process_id = int(owner.stdout.readline())
        assert psutil.pid_exists(process_id)
        owner.kill()
    until(lambda: not psutil.pid_exists(process_id) or psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE)


def test_without_llama_cpp_one_is_told_how_to_get_it(captions: LocalCaptions, monkeypatch: pytest.MonkeyPatch) -> None:
    captions.check_ready()
    monkeypatch.setattr(process_module, "RUNTIME", "no_such_module")
    for asking in (captions.check_ready, lambda: captions.ask(asked(1))):
        with pytest.raises(NotInstalled, match=r"diffusion-toolkit\[joycaption\]"):
            asking()


def test_what_llama_cannot_load_is_told(
    model: InstalledModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = gguf_bytes.joycaption(tmp_path)
    found = find_model(tmp_path, "joycaption")
    path.write_bytes(path.read_bytes()[:50_000])
    captions = LocalCaptions(found, OPTIONS)
    with pytest.raises(ServerUnusable, match=r"cannot load tongue\.gguf with eyes\.gguf"):
        captions.ask(asked(1))
    assert captions.process_id is None
    assert "llama.cpp ended" in caplog.text


def steps(process: LlamaProcess) -> int:
    """How many steps llama.cpp has made."""
    lines = fetched(process, "/metrics").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("llamacpp:n_decode_total "))


def until(holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
