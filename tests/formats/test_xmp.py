"""XMP: properties in every form a program writes, and packets that try to harm."""

import struct
import time

import pytest

from container_bytes import international_chunk, jpeg, png, segment, webp
from diffusion_toolkit.formats import Container, read_bytes
from still_bytes import gif, gif_frame, gif_xmp, tiff, xmp

KEY = "XML:com.adobe.xmp"


def read(packet: str) -> Container:
    return read_bytes(png(international_chunk(KEY, packet)))


def properties(packet: str) -> dict[str, str]:
    return {text.source: text.value for text in read(packet).texts if text.source != "xmp"}


def test_every_form_of_a_property() -> None:
    packet = xmp(
        '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">a fox\nin snow</rdf:li><rdf:li xml:lang="de">ein Fuchs'
        "</rdf:li></rdf:Alt></dc:description><dc:subject><rdf:Bag><rdf:li>fox</rdf:li><rdf:li>snow</rdf:li></rdf:Bag>"
        "</dc:subject><exif:UserComment>{&quot;seed&quot;: 7}</exif:UserComment><dc:title>  </dc:title>",
        attributes='xmp:CreatorTool="Harbour &amp; Co"',
    )
    assert properties(packet) == {
        "xmp:xmp:CreatorTool": "Harbour & Co",
        "xmp:dc:description": "a fox\nin snow",
        "xmp:dc:subject": "fox, snow",
        "xmp:exif:UserComment": '{"seed": 7}',
    }
    assert read(packet).text("xmp") is not None


def test_a_namespace_has_its_usual_prefix_and_an_unknown_one_its_own() -> None:
    packet = xmp(
        '<d:creator xmlns:d="http://purl.org/dc/elements/1.1/">Ann</d:creator><fox:seed>42</fox:seed>',
        attributes='xmlns:fox="urn:fox"',
    )
    assert properties(packet) == {"xmp:dc:creator": "Ann", "xmp:fox:seed": "42"}


def test_structures_are_left_in_the_packet() -> None:
    event = '<xmp:History><rdf:Seq><rdf:li xmp:action="saved"/></rdf:Seq></xmp:History>'
    part = '<xmp:Part rdf:parseType="Resource"><xmp:name>x</xmp:name></xmp:Part>'
    assert properties(xmp(event + part + "<dc:title>kept</dc:title>")) == {"xmp:dc:title": "kept"}


@pytest.mark.parametrize(
    "data",
    [
        jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("<dc:title>kept</dc:title>").encode())),
        webp((b"XMP ", xmp("<dc:title>kept</dc:title>").encode() + b"\0")),
        gif(gif_frame(4), gif_xmp(xmp("<dc:title>kept</dc:title>").encode())),
        tiff(
            {
                256: (3, b"\4\0"),
                257: (3, b"\3\0"),
                700: (1, xmp("<dc:title>kept</dc:title>").encode()),
            }
        ),
        jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("<dc:title>kept</dc:title>").encode("utf-16"))),
    ],
    ids=["jpeg", "webp", "gif", "tiff", "utf-16"],
)
def test_the_packet_of_every_format(data: bytes) -> None:
    container = read_bytes(data)
    found = container.text("xmp:dc:title")
    assert found is not None
    assert (found.value, container.problems) == ("kept", ())


def extended(packet: bytes, *, order: tuple[int, ...] = (0, 1, 2), guid: bytes = b"A" * 32) -> list[bytes]:
    third = len(packet) // 3 + 1
    mark = b"http://ns.adobe.com/xmp/extension/\0" + guid
    return [
        segment(0xE1, mark + struct.pack(">II", len(packet), at * third) + packet[at * third : (at + 1) * third])
        for at in order
    ]


def test_extended_packets_are_joined_in_any_order_and_never_with_gaps() -> None:
    packet = xmp(f"<dc:description>{'fox ' * 900}</dc:description>").encode()
    found = read_bytes(jpeg(*extended(packet, order=(2, 0, 1)))).text("xmp:dc:description")
    assert found is not None
    assert found.value == "fox " * 900
    container = read_bytes(jpeg(*extended(packet, order=(0, 2))))
    assert (container.texts, len(container.problems)) == ((), 1)


@pytest.mark.parametrize(
    ("packet", "problem"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xmp("<dc:title>&a;</dc:title>"), "entities"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>', "entities"),
        ("<a>" * 100_000, "larger"),
        (xmp("<dc:title>kept</dc:title>" + "<xmp:a/>" * 100_000), "larger"),
        (xmp("".join(f"<xmp:p{n}>1</xmp:p{n}>" for n in range(3000))), "larger"),
        (xmp("<dc:title>kept</dc:title><dc:broken>"), "damaged"),
    ],
)
def test_packets_that_ask_for_too_much(packet: str, problem: str) -> None:
    before = time.process_time()
    container = read(packet)
    assert time.process_time() - before < 0.5
    assert len(container.problems) == 1
    assert problem in container.problems[0]
    assert len(container.texts) < 1100


def test_what_stood_before_the_damage_is_kept() -> None:
    assert properties(xmp("<dc:title>kept</dc:title><dc:broken>")) == {"xmp:dc:title": "kept"}
