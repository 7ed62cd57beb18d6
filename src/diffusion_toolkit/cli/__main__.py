"""`python -m diffusion_toolkit.cli` is `dtk`."""

from diffusion_toolkit.cli.main import main

main()
