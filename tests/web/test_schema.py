"""Every answer to any request has the form that the OpenAPI document promises."""

from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks as any_checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as form_checks

from diffusion_toolkit.web.app import describe
from pictures import parameters, save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images

EXAMPLES = 4
NAMES = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
CHECKS: list[Any] = [cast(Any, any_checks).not_a_server_error, *(getattr(form_checks, name) for name in NAMES)]


@pytest.mark.filterwarnings("ignore")
def test_any_request_is_answered_as_promised(client: Visitor, pictures: Path, scanned: Scan) -> None:
    save_png(pictures / "a.png", texts={"parameters": parameters("a castle", seed=5)})
    (pictures / "b.png").write_bytes(b"damaged")
    scanned()
    all_images(client, expected=2)
    schema = cast(Any, schemathesis.openapi.from_dict(describe().openapi()))
    known = {"collection": "main", "selection": client.get(f"{C}/search").json()["selection"]}
    checked: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == "/api/events":
            continue
        try_requests(client, operation.as_strategy(generation_mode=GenerationMode.POSITIVE), known)
        if can_be_asked_wrongly(operation):
            try_requests(client, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), known)
        checked.append(operation.label)
    assert len(checked) >= 18


def can_be_asked_wrongly(operation: Any) -> bool:
    """Whether a request says more than which collection it is about."""
    of_path = {parameter.name for parameter in operation.path_parameters}
    return bool(len(operation.body) or len(operation.query) or of_path - {"collection"})


def try_requests(client: Visitor, requests: Any, known: dict[str, str]) -> None:
    """Some requests as the document describes them, then some that it forbids."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=requests)
    def ask(case: Any) -> None:  # schemathesis leaves its types open
        for name, value in known.items():
            if name in (case.path_parameters or {}):
                case.path_parameters[name] = value
        asked = case.as_transport_kwargs(base_url=client.base_url)
        asked.pop("cookies", None)
        asked["headers"] = {key: value for key, value in asked["headers"].items() if key.lower() == "content-type"}
        try:
            answer = client.request(asked.pop("method"), asked.pop("url"), **asked)
        except httpx2.InvalidURL:  # longer than the visitor's own library sends
            return
        case.validate_response(answer, checks=CHECKS)

    ask()
