"""Runs a captioning model once, to see whether it works here."""

from diffusion_toolkit.enrich.captions.local.provider import LocalCaptions
from diffusion_toolkit.enrich.captions.options import LocalCaptionOptions
from diffusion_toolkit.enrich.captions.pictures import data_url
from diffusion_toolkit.enrich.captions.provider import Question, Sampling, write
from diffusion_toolkit.enrich.captions.sample import WHAT_IT_SHOWS, sample_picture
from diffusion_toolkit.enrich.models.installed import InstalledModel

_INSTRUCTION = "Describe this picture in one short sentence."


def trial(model: InstalledModel) -> str:
    """Have a model caption a picture made for trying; what it wrote. Raises NotInstalled, ServiceFailed."""
    captions = LocalCaptions(model, LocalCaptionOptions(parallel=1))
    try:
        picture = data_url(sample_picture(), captions.form)
        sampling = Sampling(max_tokens=60)
        written = write(captions, Question(picture=picture, instruction=_INSTRUCTION, sampling=sampling))
        device = captions.device
    finally:
        captions.close()
    return f'It runs on {device}: {written.seconds:.1f} s to say "{written.text}" of this picture: {WHAT_IT_SHOWS}'
