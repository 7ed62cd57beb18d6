"""`python -m diffusion_toolkit.web.openapi` prints the OpenAPI document, from which the page's client is generated."""

import sys

import orjson

from diffusion_toolkit.web.app import describe

if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(describe().openapi(), option=orjson.OPT_INDENT_2) + b"\n")
