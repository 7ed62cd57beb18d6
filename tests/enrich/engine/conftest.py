"""What tests of the engine share."""

import pytest

from diffusion_toolkit.enrich.stages import registry
from enrich.engine.world import Greys, Use, kind


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Make a stage and let it be the only kind there is."""

    def make(**options: object) -> Greys:
        stage = Greys(**options)  # pyright: ignore[reportArgumentType]  (fields by name)
        monkeypatch.setattr(registry, "KINDS", (kind(stage),))
        return stage

    return make
