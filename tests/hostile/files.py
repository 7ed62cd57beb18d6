"""Files made to break a reader: bombs, forged lengths, endless chunks, deep JSON, cycles, texts costly to take apart.

Each is a function that gives the bytes of the file; none carries more metadata than bytes, which decide its budget.
"""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from container_bytes import (
    USER_COMMENT,
    chunk,
    compressed_chunk,
    exif,
    exif_segment,
    international_chunk,
    jpeg,
    png,
    riff,
    segment,
    text_chunk,
    webp,
)

MB = 1024 * 1024
HOSTILE: dict[str, Callable[[], bytes]] = {}


def hostile(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Enters a file by the name of its function."""
    HOSTILE[make.__name__] = make
    return make


def _settings(line: str) -> bytes:
    return png(text_chunk("parameters", f"a lighthouse\nNegative prompt: fog\n{line}"))


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def _graph(nodes: dict[str, Any]) -> bytes:
    return png(text_chunk("prompt", json.dumps(nodes)))


def large_graph(size_bytes: int) -> dict[str, Any]:
    """An ordinary graph with as many bystanders as make it this large."""
    nodes: dict[str, Any] = {
        "1": _node("CheckpointLoaderSimple", ckpt_name="harbour.safetensors"),
        "2": _node("CLIPTextEncode", text="a lighthouse in fog", clip=["1", 1]),
        "3": _node("CLIPTextEncode", text="blurry", clip=["1", 1]),
        "4": _node("EmptyLatentImage", width=64, height=48, batch_size=1),
        "5": _node("KSampler", seed=2**64 - 1, steps=20, cfg=7.5, sampler_name="euler", scheduler="normal", denoise=1.0,
                   model=["1", 0], positive=["2", 0], negative=["3", 0], latent_image=["4", 0]),
        "6": _node("VAEDecode", samples=["5", 0], vae=["1", 2]),
        "7": _node("SaveImage", filename_prefix="a", images=["6", 0]),
    }  # fmt: skip
    one = len(json.dumps({"10000": _node("ShowText", text="words " * 300, font=["2", 0], size=12)}))
    for number in range(size_bytes // one):
        nodes[str(100 + number)] = _node("ShowText", text="words " * 300, font=["2", 0], size=12)
    return nodes


@hostile
def zip_bomb_in_ztxt() -> bytes:
    return png(compressed_chunk("parameters", b"\0" * (1000 * MB // 4)))


@hostile
def zip_bomb_in_itxt() -> bytes:
    return png(international_chunk("prompt", "a" * (200 * MB), compressed=True))


@hostile
def ten_zip_bombs_below_the_limit() -> bytes:
    body = b"prompt\0\0" + zlib.compress(b"a" * (30 * MB))
    return png(*[chunk(b"zTXt", body) for _ in range(10)])


@hostile
def forged_chunk_length() -> bytes:
    return png(struct.pack(">I", 2**31 - 1) + b"tEXtparameters\0a lighthouse")


@hostile
def a_million_empty_chunks() -> bytes:
    return png(chunk(b"tEXt") * 1_000_000)


@hostile
def a_million_keywords() -> bytes:
    return png(b"".join(text_chunk(f"k{number}", "v") for number in range(200_000)))


@hostile
def impossible_size() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2**32 - 1, 2**32 - 1, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * MB)) + chunk(b"IEND")


@hostile
def pixel_bomb() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * (300 * MB))) + chunk(b"IEND")


@hostile
def wide_pixel_bomb() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 1, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * (300 * MB))) + chunk(b"IEND")


def stealth_png(payload: bytes, *, bits: int | None = None, signature: bytes = b"stealth_pngcomp") -> bytes:
    """A picture with this payload in the lowest bits of its alpha; bits: the length it claims."""
    length = len(payload) * 8 if bits is None else bits
    data = signature + struct.pack(">I", length & 0xFFFFFFFF) + payload
    values = np.unpackbits(np.frombuffer(data, np.uint8))
    height = 256
    width = max(64, -(-len(values) // height))
    pixels = np.full((width, height, 4), 254, np.uint8)
    pixels.reshape(-1, 4)[: len(values), 3] |= values
    made = Image.fromarray(pixels.transpose(1, 0, 2).copy(), "RGBA")
    out = BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


@hostile
def stealth_of_forged_length() -> bytes:
    return stealth_png(gzip.compress(b"a lighthouse"), bits=2**32 - 1)


@hostile
def stealth_zip_bomb() -> bytes:
    return stealth_png(gzip.compress(b"\0" * (200 * MB)))


@hostile
def stealth_of_rubbish() -> bytes:
    return stealth_png(b"\xff" * 4000)


@hostile
def deep_json_graph() -> bytes:
    return png(text_chunk("prompt", '{"1":{"class_type":"KSampler","inputs":' + '{"a":' * 10_000 + "1" + "}" * 10_002))


@hostile
def deep_json_lists() -> bytes:
    return png(text_chunk("prompt", "[" * 100_000 + "]" * 100_000), text_chunk("workflow", '{"nodes":' * 10_000))


@hostile
def deep_json_in_settings() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5, Hashes: " + '{"a":' * 20_000 + "}" * 20_000)


@hostile
def deep_json_in_a_user_comment() -> bytes:
    comment = b"ASCII\0\0\0" + b'{"sui_image_params":' * 2_500
    return jpeg(exif_segment(exif({}, sub={USER_COMMENT: comment})))


@hostile
def settings_of_commas() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5" + "," * MB)


@hostile
def settings_of_keys() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5" + "".join(f", Key{n}: {n}" for n in range(80_000)))


@hostile
def settings_of_quotes() -> bytes:
    return _settings('Steps: 20, Sampler: Euler a, Seed: 5, Lora hashes: "' + '\\"a: 1, ' * 120_000)


@hostile
def settings_of_open_quotes() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5" + ', A: "x' * 150_000)


@hostile
def settings_of_brackets() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5" + ", A: [" * 150_000)


@hostile
def settings_of_braces() -> bytes:
    return _settings("Steps: 20, Sampler: Euler a, Seed: 5" + ', A: {"a": 1' * 80_000)


@hostile
def steps_on_every_line() -> bytes:
    return png(text_chunk("parameters", "Steps: 20, Sampler: Euler a, Seed: 5\n" * 25_000))


@hostile
def negative_prompts_on_every_line() -> bytes:
    return png(text_chunk("parameters", "Negative prompt: fog\n" * 50_000))


@hostile
def a_prompt_of_lora_tags() -> bytes:
    return png(text_chunk("parameters", "<lora:" * 200_000 + "\nSteps: 20, Sampler: Euler a, Seed: 5, Size: 64x48"))


@hostile
def a_prompt_of_a_megabyte() -> bytes:
    return png(
        text_chunk("parameters", "a lighthouse, " * 75_000 + "\nSteps: 20, Sampler: Euler a, Seed: 5, Size: 64x48")
    )


@hostile
def lone_surrogates_and_nan() -> bytes:
    text = json.dumps(large_graph(0)).replace("lighthouse", "\\ud800 light\\u0000house")
    return png(text_chunk("prompt", text[:-1] + ', "8": {"class_type": "X", "inputs": {"a": NaN, "b": -Infinity}}}'))


@hostile
def a_cycle_of_nodes() -> bytes:
    nodes = large_graph(0)
    nodes["1"] = _node("LoraLoader", model=["8", 0], clip=["8", 1], lora_name="a")
    nodes["8"] = _node("LoraLoader", model=["1", 0], clip=["1", 1], lora_name="b")
    nodes["2"] = _node("ConditioningCombine", conditioning_1=["2", 0], conditioning_2=["2", 0])
    return _graph(nodes)


@hostile
def texts_that_double() -> bytes:
    nodes = large_graph(0)
    for number in range(60):
        before = [str(1000 + number - 1), 0] if number else "a lighthouse "
        nodes[str(1000 + number)] = _node("Text Concatenate", text_a=before, text_b=before, delimiter=" ")
    nodes["2"]["inputs"]["text"] = ["1059", 0]
    return _graph(nodes)


@hostile
def conditioning_that_fans_out() -> bytes:
    nodes = large_graph(0)
    for number in range(3_000):
        source = [str(2000 + number - 1), 0] if number else ["2", 0]
        nodes[str(2000 + number)] = _node(
            "ConditioningCombine", conditioning_1=source, conditioning_2=source, **{f"x{n}": source for n in range(10)}
        )
    nodes["5"]["inputs"]["positive"] = ["4999", 0]
    return _graph(nodes)


@hostile
def ten_thousand_samplers() -> bytes:
    nodes = large_graph(0)
    for number in range(10_000):
        nodes[str(10_000 + number)] = {**nodes["5"], "inputs": {**nodes["5"]["inputs"], "denoise": 0.5,
                                       "latent_image": [str(10_000 + number - 1) if number else "4", 0]}}  # fmt: skip
    nodes["6"]["inputs"]["samples"] = ["19999", 0]
    return _graph(nodes)


@hostile
def a_thousand_outputs() -> bytes:
    nodes = large_graph(0)
    for number in range(5_000):
        nodes[str(10_000 + number)] = _node("SaveImage", filename_prefix="a", images=["6", 0])
    return _graph(nodes)


@hostile
def nodes_of_equal_links() -> bytes:
    nodes = large_graph(0)
    for number in range(20):
        source = [str(1000 + number - 1), 0] if number else ["2", 0]
        nodes[str(1000 + number)] = _node("ConditioningCombine", **{f"conditioning_{n}": source for n in range(5_000)})
    nodes["5"]["inputs"]["positive"] = ["1019", 0]
    return _graph(nodes)


@hostile
def nodes_wired_to_each_other() -> bytes:
    nodes = large_graph(0)
    for number in range(300):
        links = {f"any_{n}": [str(1000 + (number + n) % 300), 0] for n in range(300)}
        nodes[str(1000 + number)] = _node("Any", **links)
    nodes["6"]["inputs"]["samples"] = ["1000", 0]
    return _graph(nodes)


@hostile
def rings_of_nodes_alike() -> bytes:
    nodes = large_graph(0)
    for number in range(50):
        after = number + 1 if number % 10 < 9 else number - 9
        nodes[str(1000 + number)] = _node("K", a=[str(1000 + after), 0])
    return _graph(nodes)


@hostile
def a_ring_of_nodes_alike() -> bytes:
    return _graph({str(number): _node("K", a=[str((number + 1) % 990), 0]) for number in range(990)})


@hostile
def four_hundred_thousand_nodes() -> bytes:
    nodes = ",".join(f'"{number}":{{"class_type":"K","inputs":{{"a":["{number}",0]}}}}' for number in range(400_000))
    return png(text_chunk("prompt", f"{{{nodes}}}"))


@hostile
def a_deep_chain_through_every_walk() -> bytes:
    nodes = large_graph(0)
    names = (
        "model", "positive", "negative", "image", "latent_image", "vae", "clip", "text", "noise", "sigmas", "sampler",
        "basic_pipe", "any", "seed", "lora_stack",
    )  # fmt: skip
    for number in range(4_000):
        before = [str(1000 + number - 1), 0] if number else ["5", 0]
        nodes[str(1000 + number)] = _node("Any Switch", **dict.fromkeys(names, before), select=1)
    for name in ("model", "positive", "negative", "latent_image", "seed"):
        nodes["5"]["inputs"][name] = ["4999", 0]
    nodes["6"]["inputs"] |= {"samples": ["4999", 0], "vae": ["4999", 0]}
    return _graph(nodes)


@hostile
def a_graph_of_twenty_megabytes() -> bytes:
    return _graph(large_graph(20 * MB))


@hostile
def a_page_of_twenty_megabytes() -> bytes:
    nodes = [
        {"id": number, "type": "ShowText", "mode": 0, "inputs": [{"name": "text", "type": "STRING", "link": number}],
         "outputs": [{"name": "STRING", "type": "STRING", "links": [number + 1]}], "widgets_values": ["words " * 300]}
        for number in range(9_500)
    ]  # fmt: skip
    links = [[number, number - 1, 0, number, 0, "STRING"] for number in range(1, 9_500)]
    return png(text_chunk("workflow", json.dumps({"nodes": nodes, "links": links, "version": 0.4})))


@hostile
def subgraphs_inside_themselves() -> bytes:
    inner: list[dict[str, Any]] = [{"id": number, "type": "deep", "inputs": [], "outputs": []} for number in range(40)]
    document: dict[str, Any] = {
        "nodes": inner,
        "links": [],
        "definitions": {"subgraphs": [{"id": "deep", "nodes": inner, "links": []}]},
    }
    return png(text_chunk("workflow", json.dumps(document)))


@hostile
def jpeg_of_segments() -> bytes:
    return jpeg(*[segment(0xFE, b"a") for _ in range(200_000)])


@hostile
def jpeg_of_user_comments() -> bytes:
    block = exif_segment(exif({}, sub={USER_COMMENT: b"UNICODE\0" + "Steps: 1, ".encode("utf-16-be") * 3_000}))
    return jpeg(*[block for _ in range(400)])


@hostile
def exif_that_points_to_itself() -> bytes:
    block = bytearray(exif({0x010E: b"a" * 40}, sub={USER_COMMENT: b"b" * 40}))
    at = block.index(b"\x69\x87")
    block[at + 8 : at + 12] = struct.pack("<I", 8)
    return jpeg(exif_segment(bytes(block)))


@hostile
def exif_of_shared_data() -> bytes:
    entries = b"".join(struct.pack("<HHII", 0x9286, 7, 60_000, 8) for _ in range(4_000))
    block = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 4_000) + entries + b"a" * 10_000
    return jpeg(exif_segment(block[:65_000]))


@hostile
def webp_of_chunks() -> bytes:
    return webp(*[(b"XMP ", b"ab") for _ in range(300_000)])


@hostile
def webp_of_forged_length() -> bytes:
    return riff(b"WEBP", (b"VP8X", b"\x0c" + b"\0" * 9)) + b"EXIF" + struct.pack("<I", 2**32 - 1) + b"II*\0"


@hostile
def entities_in_xmp() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    packet = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lighthouse">{entities}]>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:description>&e11;</dc:description>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    return png(international_chunk("XML:com.adobe.xmp", packet))


@hostile
def deep_xmp() -> bytes:
    return png(international_chunk("XML:com.adobe.xmp", "<a>" * 100_000))


@hostile
def gif_of_blocks() -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 64, 48, 0, 0, 0)
    return head + b"\x21\xfe\x01a\x00" * 400_000 + b";"


@hostile
def tiff_in_a_circle() -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 0x010E, 2, 100_000_000, 8, 8)


@hostile
def mp4_of_boxes() -> bytes:
    boxes = struct.pack(">I4s", 8, b"free") * 1_000_000
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 8 + len(boxes), b"moov") + boxes


@hostile
def mp4_of_nested_boxes() -> bytes:
    data = b""
    for _ in range(20_000):
        data = struct.pack(">I4s", 8 + len(data), b"moov") + data[-200:]
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + data + struct.pack(">I4sQ", 1, b"udta", 2**63)


@hostile
def webm_of_unknown_lengths() -> bytes:
    head = b"\x1a\x45\xdf\xa3\x88\x42\x82\x84webm"
    return head + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + b"\x1f\x43\xb6\x75\xff" * 300_000


@hostile
def avi_of_lists() -> bytes:
    return riff(b"AVI ", *[(b"LIST", b"INFOICMT" + struct.pack("<I", 2**31)) for _ in range(200_000)])
