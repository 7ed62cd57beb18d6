"""What an ONNX file says of itself: our reader against the `onnx` package, on whole, damaged and hostile files."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import convert_model_to_external_data

from diffusion_toolkit.enrich.models.description import TensorSpec
from diffusion_toolkit.enrich.models.onnx_header import read_header
from diffusion_toolkit.errors import UnreadableFile
from enrich import networks
from enrich.networks import joytag_network, wd_network


def said_by_onnx(path: Path) -> tuple[list[tuple[str, list[int | None]]], list[tuple[str, list[int | None]]]]:
    graph = networks.load(path, weights=False).graph
    constants = {each.name for each in graph.initializer}
    return (
        [(each.name, _shape(each)) for each in graph.input if each.name not in constants],
        [(each.name, _shape(each)) for each in graph.output],
    )


def _shape(info: onnx.ValueInfoProto) -> list[int | None]:
    return [size.dim_value or None for size in info.type.tensor_type.shape.dim]


def as_said(specs: tuple[TensorSpec, ...]) -> list[tuple[str, list[int | None]]]:
    return [(spec.name, list(spec.shape)) for spec in specs]


def test_inputs_and_outputs_are_those_that_onnx_reads(tmp_path: Path) -> None:
    for path in (
        wd_network(tmp_path / "wd.onnx"),
        wd_network(tmp_path / "half.onnx", half=True, batch=1),
        joytag_network(tmp_path / "joytag.onnx", batch=4),
    ):
        header = read_header(path)
        assert (as_said(header.inputs), as_said(header.outputs)) == said_by_onnx(path)
        assert header.weights == ()
    assert read_header(tmp_path / "wd.onnx").inputs[0].element == "float32"
    assert read_header(tmp_path / "half.onnx").inputs[0].element == "float16"


def test_constants_among_the_inputs_of_old_files_are_none(tmp_path: Path) -> None:
    scale = numpy_helper.from_array(np.ones(3, np.float32), "scale")
    graph = helper.make_graph(
        [helper.make_node("Mul", ["picture", "scale"], ["out"])],
        "old",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [3]) for name in ("scale", "picture")],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [3])],
        [scale],
    )
    networks.save(helper.make_model(graph, ir_version=3), tmp_path / "old.onnx")
    assert [spec.name for spec in read_header(tmp_path / "old.onnx").inputs] == ["picture"]


def test_files_with_the_weights_are_named(tmp_path: Path) -> None:
    model = networks.load(wd_network(tmp_path / "whole.onnx"))
    convert_model_to_external_data(model, location="model.onnx_data", size_threshold=1024)
    networks.save(model, tmp_path / "split.onnx")
    assert read_header(tmp_path / "split.onnx").weights == ("model.onnx_data",)


@pytest.mark.parametrize("data", [b"", b"\x00", b"PK\x03\x04" + b"\0" * 100, b"\x80\x02}q\x00.", b"\x3a" + b"\xff" * 9])
def test_what_is_no_network_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        read_header(path)


def test_a_network_that_is_cut_off_is_unreadable(tmp_path: Path) -> None:
    whole = wd_network(tmp_path / "wd.onnx").read_bytes()
    path = tmp_path / "cut.onnx"
    for size in (10, 200, len(whole) // 2, len(whole) - 100):
        path.write_bytes(whole[:size])
        with pytest.raises(UnreadableFile):
            read_header(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_header_or_the_one_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.onnx"
    path.write_bytes(data)
    try:
        read_header(path)
    except UnreadableFile:
        return
