"""Features as resumable background work: put into the queue here, worked off by `jobs.worker`."""

from diffusion_toolkit.jobs.scans import ask_cancel, start_scan
from diffusion_toolkit.jobs.worker import run_worker

__all__ = ["ask_cancel", "run_worker", "start_scan"]
