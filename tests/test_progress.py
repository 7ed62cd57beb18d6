"""Rate and time left of long work."""

import pytest

from diffusion_toolkit.errors import Cancelled
from diffusion_toolkit.progress import Pace, stop_if


def test_the_rate_is_that_of_the_last_seconds_not_of_the_slow_start() -> None:
    moments = iter([0.0, 10.0, 20.0, 21.0, 22.0])
    pace = Pace(window_s=5, clock=lambda: next(moments))
    pace.report("deep", 10, 1000)
    pace.report("deep", 20, 1000)
    pace.report("deep", 120, 1000)
    progress = pace.report("deep", 220, 1000, {"new": 3})
    assert progress.rate_per_s == pytest.approx(100)
    assert progress.remaining_s == pytest.approx(7.8)
    assert progress.counts == {"new": 3}


def test_nothing_is_estimated_while_the_total_is_not_known() -> None:
    assert Pace().report("quick", 10, None).remaining_s is None


def test_cancelled_work_stops() -> None:
    with pytest.raises(Cancelled):
        stop_if(lambda: True)
    stop_if(lambda: False)
