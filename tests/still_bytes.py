"""Builds GIF, TIFF, BMP and XMP byte by byte, and pictures with a text hidden in them."""

import gzip
import io
import struct

from PIL import Image


def xmp(properties: str, *, attributes: str = "") -> str:
    """An XMP packet with these properties, as elements or attributes of one description."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmlns:exif="http://ns.adobe.com/exif/1.0/" {attributes}>{properties}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    )


def blocks(data: bytes) -> bytes:
    """A row of GIF data blocks."""
    cut = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in cut) + b"\0"


def gif_comment(text: bytes) -> bytes:
    """A comment extension."""
    return b"\x21\xfe" + blocks(text)


def gif_xmp(packet: bytes) -> bytes:
    """An XMP extension: the packet is no row of blocks, a trailer makes it end like one."""
    return b"\x21\xff\x0bXMP DataXMP" + packet + b"\1" + bytes(range(255, -1, -1)) + b"\0"


def gif_frame(delay: int, data: bytes = b"\2\3") -> bytes:
    """A frame that is shown for so many hundredths of a second."""
    control = b"\x21\xf9\x04\0" + struct.pack("<H", delay) + b"\0\0"
    return control + b"\x2c" + struct.pack("<HHHH", 0, 0, 4, 3) + b"\0" + b"\2" + blocks(data)


def gif(*parts: bytes, version: bytes = b"89a", end: bytes = b"\x3b") -> bytes:
    """A GIF of 4 x 3 pixels with a palette of two colours."""
    return b"GIF" + version + struct.pack("<HH", 4, 3) + b"\x80\0\0" + b"\0" * 6 + b"".join(parts) + end


def tiff(entries: dict[int, tuple[int, bytes]], *, order: str = "<", big: bool = False, following: int = 0) -> bytes:
    """A TIFF with one directory: tag to type and value; the values and eight bytes of pixels stand at its end."""
    magic = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head = magic + (struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8))
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}
    word = "Q" if big else "I"
    width = struct.calcsize(word)
    count = struct.pack(order + ("Q" if big else "H"), len(entries))
    begin = len(head) + len(count) + len(entries) * (4 + 2 * width) + width
    table, data = b"", b""
    for tag, (kind, value) in sorted(entries.items()):
        table += struct.pack(order + "HH" + word, tag, kind, len(value) // sizes[kind])
        if len(value) <= width:
            table += value.ljust(width, b"\0")
        else:
            table += struct.pack(order + word, begin + len(data))
            data += value
    return head + count + table + struct.pack(order + word, following) + data


def bmp(width: int, height: int, pixels: bytes) -> bytes:
    """A BMP with 24 bits for each pixel."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def hidden(
    text: bytes,
    *,
    mark: bytes = b"stealth_pngcomp",
    size: tuple[int, int] = (64, 96),
    form: str = "PNG",
    length: int | None = None,
    behind: bytes = b"",
) -> bytes:
    """A picture with a text in the lowest bits of its alpha or colours, column by column."""
    payload = gzip.compress(text, mtime=0) if mark.endswith(b"comp") else text
    bits = len(payload) * 8 if length is None else length
    stream = mark + struct.pack(">I", bits) + payload + behind
    digits = [int(digit) for byte in stream for digit in f"{byte:08b}"]
    mode, channels = ("RGB", (0, 1, 2)) if b"rgb" in mark else ("RGBA", (3,))
    picture = Image.effect_noise(size, 60).convert(mode)
    pixels = bytearray(picture.tobytes())
    for number, digit in enumerate(digits):
        pixel, channel = divmod(number, len(channels))
        x, y = divmod(pixel, size[1])
        at = (y * size[0] + x) * len(mode) + channels[channel]
        pixels[at] = pixels[at] & 0xFE | digit
    file = io.BytesIO()
    Image.frombytes(mode, size, bytes(pixels)).save(
        file, form, **({"lossless": True, "exact": True} if form == "WEBP" else {})
    )
    return file.getvalue()
