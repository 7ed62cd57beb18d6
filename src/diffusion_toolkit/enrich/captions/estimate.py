"""How long captions would take: as other runs, and of a server by one question, if a person wants to pay for it."""

from dataclasses import replace

from diffusion_toolkit.enrich.captions.now import check_free, try_out
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine.estimate import Estimate, estimate
from diffusion_toolkit.enrich.engine.runs import ImageIds, Wanted
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.enrich.engine.trials import Measured, Trial, tried_apart, tried_here
from diffusion_toolkit.enrich.stages import caption
from diffusion_toolkit.store.database import Collection


def estimate_captions(
    collection: Collection, wanted: Wanted, image_ids: ImageIds, context: StageContext, *, ask_server: bool = False
) -> Estimate:
    """How long a run of captions over these images would take; nothing is written.

    ask_server: have a server caption the picture that is made for trying, and take that time. A model of this machine
    is tried in a process of its own, unless it is loaded. Raises as `estimate`, `check_free`, and ServiceFailed.
    """
    options = caption.check(wanted.options)

    def tried(trial: Trial) -> Measured:
        check_free([collection], options)
        return tried_here(trial) if shared_writers().is_loaded else tried_apart(trial)

    found = estimate(collection, wanted, image_ids, context, try_out=tried)
    if not ask_server or options["provider"] != "server" or not found.results:
        return found
    (stage,) = caption.open_stages(options, context)
    written = try_out(options, context).result.written
    rate = stage.provider.parallel / max(written.seconds, 0.001)
    return replace(found, tried=1, rate_per_s=rate, device=stage.device, basis="asked")
