"""Texts that the store cannot hold, in every place of every request that takes one: an answer, never a fault."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.web.app import describe
from pictures import save_png
from web.test_images import Scan
from web.visitor import HERE, Visitor, all_images

DOCUMENT: dict[str, Any] = describe().openapi()
LEFT_OUT = {
    ("post", "/api/collections/{collection}/backups"),  # takes no text, and a second
    ("post", "/api/collections/{collection}/files/open"),  # starts programs
    ("post", "/api/collections/{collection}/files/show"),
}
DEEP: Any = json.loads('{"a": [' * 150 + "1" + "]}" * 150)


def filled(schema: dict[str, Any], text: str) -> Any:
    """A value of a schema in which every text is this one."""
    if "$ref" in schema:
        return filled(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], text)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return filled(next(one for one in schema[several] if one.get("type") != "null"), text)
    if "allOf" in schema:
        return filled(schema["allOf"][0], text)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: filled(part, text) for name, part in schema["properties"].items()}
        case "object":
            return {"text": text, "deep": DEEP}
        case "array":
            return [filled(schema.get("items", {}), text)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return text


def bodies(schema: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """A body with everything, and one for each of its parts with only what is needed: most parts exclude another."""
    whole: dict[str, Any] = filled(schema, text)
    yield whole
    found = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    needed = {name: whole[name] for name in found.get("required", ())}
    for name, value in whole.items():
        for ids in ({}, {"image_ids": [1]} if "image_ids" in whole else {}):
            yield {**needed, **ids, name: value}


def requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, does in DOCUMENT["paths"].items():
        for method, about in does.items():
            content = about.get("requestBody", {}).get("content", {})
            if "application/json" in content and (method, path) not in LEFT_OUT:
                yield method, path, content["application/json"]["schema"]


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=["nul", "surrogate"])
def test_no_text_is_a_fault(client: Visitor, pictures: Path, scanned: Scan, text: str) -> None:
    save_png(pictures / "a.png", texts={})
    scanned()
    (image,) = all_images(client, expected=1)
    faults: list[str] = []
    asked = 0
    for method, path, schema in requests():
        address = path.replace("{collection}", "main")
        while "{" in address:
            address = f"{address.partition('{')[0]}{image['id']}{address.partition('}')[2]}"
        for body in bodies(schema, text):
            answer = client.request(method.upper(), HERE + address, content=json.dumps(body))
            asked += 1
            if answer.status_code >= 500:
                faults.append(f"{method} {path} {json.dumps(body)[:150]}: {answer.status_code} {answer.text[:100]}")
    assert faults == []
    assert asked > 100
    assert client.get("/api/status").status_code == 200
