"""The worker as a process."""

import os
import subprocess
import sys

import pytest

from diffusion_toolkit.jobs.worker import NICENESS


@pytest.mark.skipif(os.name == "nt", reason="Windows has classes of priority instead")
def test_the_worker_and_what_it_starts_leave_the_time_to_those_who_wait_for_an_answer() -> None:
    asked = (
        "import os, subprocess, sys; from diffusion_toolkit.jobs.worker import give_way; give_way();"
        "subprocess.run([sys.executable, '-c', 'import os; print(os.nice(0))'], check=True)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert int(told.stdout) == NICENESS
