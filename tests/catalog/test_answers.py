"""Work that nobody waits for makes way for answers, but not for ever, and not for an answer that waits for it."""

import threading
import time
from collections.abc import Callable

import pytest

from diffusion_toolkit.catalog.answers import Answers, Courtesy

LONG_S = 30.0


def begun(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_nobody_waits_so_work_goes_on() -> None:
    started = time.monotonic()
    Answers().make_way(LONG_S)
    assert time.monotonic() - started < LONG_S / 10


def test_work_waits_until_the_last_answer_is_made() -> None:
    answers = Answers()
    with answers.making():
        with answers.making():
            work = begun(lambda: answers.make_way(LONG_S))
        work.join(0.1)
        assert work.is_alive()
    work.join(LONG_S / 3)
    assert not work.is_alive()


def test_work_waits_for_so_long_at_most_in_all_its_steps() -> None:
    answers = Answers()
    make_way = Courtesy(answers, 0.2)
    started = time.monotonic()
    with answers.making():
        for _ in range(100):
            make_way()
    assert make_way.spent_s == pytest.approx(0.2, abs=0.15)
    assert time.monotonic() - started < 2


def test_an_answer_that_waits_for_the_work_is_not_waited_for() -> None:
    answers = Answers()
    with answers.making():
        work = begun(lambda: answers.make_way(LONG_S))
        with answers.hurrying():
            work.join(LONG_S / 3)
            assert not work.is_alive()
