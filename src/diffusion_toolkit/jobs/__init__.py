"""Features as resumable background work: put into the queue here, worked off by `jobs.worker`."""

from diffusion_toolkit.jobs.enrichment import start_enrichment
from diffusion_toolkit.jobs.files import start_files
from diffusion_toolkit.jobs.models import (
    cancel_model_work,
    pause_model_work,
    resume_model_work,
    start_model_work,
)
from diffusion_toolkit.jobs.scans import ask_cancel, cancel_scan, pause_scan, resume_scan, start_scan
from diffusion_toolkit.jobs.worker import run_worker

__all__ = [
    "ask_cancel",
    "cancel_model_work",
    "cancel_scan",
    "pause_model_work",
    "pause_scan",
    "resume_model_work",
    "resume_scan",
    "run_worker",
    "start_enrichment",
    "start_files",
    "start_model_work",
    "start_scan",
]
