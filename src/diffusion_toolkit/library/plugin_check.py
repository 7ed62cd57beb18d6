"""Says which plugins are used and which cannot be, without running their code in this process."""

from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.reader import PluginReport
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.plugins import GENERATORS, has_plugins

__all__ = ["PluginReport", "check_plugins"]


def check_plugins(plugin_folder: str | None, limits: Limits | None = None) -> PluginReport:
    """Load all plugins as a scan would. Takes no time when there are none."""
    if not has_plugins(GENERATORS, plugin_folder):
        return PluginReport()
    with Readers(FileReader(plugin_folder=plugin_folder), 1, limits) as readers:
        return readers.plugins()
