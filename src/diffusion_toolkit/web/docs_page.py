"""A small page that lists the HTTP interface, written from the OpenAPI document. It runs no script."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any, Final, cast

from fastapi import FastAPI, Response

from diffusion_toolkit.web.headers import PAGE_POLICY

STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "background:#16181d;color:#e6e8ec}a{color:#8ab4f8}code{font-family:ui-monospace,monospace}"
    "section{border-top:1px solid #333842;padding:.8rem 0}h2{font-size:1rem;margin:0}dd{color:#a8adb8}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = PAGE_POLICY.replace("style-src 'self'", f"style-src 'sha256-{_STYLE_HASH}'")

Schema = dict[str, Any]  # a JSON document; its shape is OpenAPI's


def install(app: FastAPI) -> None:
    """Serve the list at /docs."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(docs_html(app.openapi()), media_type="text/html", headers={"Content-Security-Policy": POLICY})

    del docs  # the app has it


def docs_html(schema: Schema) -> str:
    """The whole page."""
    title = escape(f"{schema['info']['title']} {schema['info']['version']}: HTTP interface")
    about = escape(schema["info"]["description"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{about} The whole description, with the form of every answer: "
        f'<a href="/api/openapi.json">openapi.json</a>.</p>'
        f"{''.join(_sections(schema))}</body></html>"
    )


def _sections(schema: Schema) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            yield f"{_parameters(operation)}{_answers(operation)}</section>"


def _parameters(operation: Schema) -> str:
    rows = [
        f"<dt><code>{escape(each['name'])}</code> ({escape(each['in'])}{', needed' * bool(each.get('required'))})</dt>"
        f"<dd>{escape(each.get('description', ''))}</dd>"
        for each in operation.get("parameters", [])
    ]
    if body := operation.get("requestBody"):
        rows.append(f"<dt>body</dt><dd>{_form(body['content'])}</dd>")
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _answers(operation: Schema) -> str:
    rows = [
        f"<li><code>{escape(status)}</code> {_form(answer.get('content', {}))}</li>"
        for status, answer in operation["responses"].items()
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _form(content: Schema) -> str:
    return ", ".join(
        f"{escape(kind)} <code>{escape(_name(each.get('schema', {})))}</code>" for kind, each in content.items()
    )


def _name(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "items" in schema:
        return f"list of {_name(cast(Schema, schema['items']))}"
    return str(schema.get("title") or schema.get("format") or schema.get("type") or "")
