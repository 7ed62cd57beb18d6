"""Short names of codecs ("h264", "vp9", "aac"), from the various codes that containers have for them."""

_VIDEO = {
    "h264": "avc1 avc2 avc3 avc4 h264 x264 davc",
    "hevc": "hvc1 hev1 hvc2 hev2 dvh1 dvhe hevc h265 x265",
    "vvc": "vvc1 vvi1 vvcn",
    "av1": "av01",
    "vp8": "vp08 vp80",
    "vp9": "vp09 vp90",
    "prores": "apch apcn apcs apco ap4h ap4x aprn",
    "mjpeg": "jpeg mjpa mjpb mjpg avdj dmb1 jpgl",
    "mpeg4": "mp4v xvid divx dx50 fmp4 m4s2 3iv2",
    "msmpeg4": "div3 div4 mp43 mp42 mpg4",
    "mpeg2": "mpg2 hdv1 hdv2 hdv3 m2v1 mx5p",
    "h263": "h263 s263",
    "png": "png mpng",
    "gif": "gif",
    "rawvideo": "raw dib rgb i420 yv12 yuy2 uyvy 2vuy yuv2 v210 iyuv nv12",
    "qtrle": "rle",
    "ffv1": "ffv1",
    "huffyuv": "hfyu ffvh",
    "utvideo": "ulrg ulra uly0 uly2 uly4 ulh0 ulh2",
    "cinepak": "cvid",
    "cineform": "cfhd",
    "dnxhd": "avdn avdh",
    "dv": "dvsd dvc dvcp dvpp dv5n dv5p dvhq dvh6",
    "hap": "hap1 hap5 hapy hapm",
    "theora": "theo",
    "magicyuv": "mag8 magy",
    "wmv": "wmv1 wmv2 wmv3",
    "vc1": "vc-1 wvc1",
    "svq3": "svq3",
}
_AUDIO = {
    "aac": "mp4a aac",
    "mp3": ".mp3 mp3",
    "opus": "opus",
    "flac": "flac",
    "alac": "alac",
    "vorbis": "vorb",
    "ac3": "ac-3 sac3",
    "eac3": "ec-3",
    "truehd": "mlpa",
    "dts": "dtsc dtsh dtsl dtse dtsx",
    "amr": "samr sawb",
    "pcm": "sowt twos raw none lpcm ipcm fpcm in24 in32 fl32 fl64 ulaw alaw",
}
_OBJECT_TYPES = {
    **dict.fromkeys((0x40, 0x66, 0x67, 0x68), "aac"),
    **dict.fromkeys(range(0x60, 0x66), "mpeg2"),
    **dict.fromkeys((0x69, 0x6B), "mp3"),
    0x20: "mpeg4",
    0x21: "h264",
    0x23: "hevc",
    0x6A: "mpeg1",
    0x6C: "mjpeg",
    0x6D: "png",
    0xA3: "vc1",
    0xA5: "ac3",
    0xA6: "eac3",
    0xA9: "dts",
    0xAD: "opus",
    0xB1: "vp9",
    0xC1: "flac",
    0xDD: "vorbis",
}
"""The objectTypeIndication of an MPEG-4 decoder (mp4ra.org, "Object Types")."""

_WAVE_TAGS = {
    **dict.fromkeys((0x01, 0x03, 0x06, 0x07, 0xFFFE), "pcm"),
    **dict.fromkeys((0x02, 0x11), "adpcm"),
    **dict.fromkeys((0xFF, 0x1600, 0x1602, 0x706D, 0xA106), "aac"),
    **dict.fromkeys((0x160, 0x161, 0x162, 0x163), "wma"),
    **dict.fromkeys((0x674F, 0x6750, 0x6751, 0x676F, 0x6770, 0x6771, 0x566F), "vorbis"),
    0x50: "mp2",
    0x55: "mp3",
    0x704F: "opus",
    0x2000: "ac3",
    0x2001: "dts",
    0xF1AC: "flac",
}
"""The wFormatTag of a WAVEFORMATEX (Microsoft's mmreg.h)."""

_MATROSKA = {
    "V_MPEG4/ISO/AVC": "h264",
    "V_MPEGH/ISO/HEVC": "hevc",
    "V_MPEGI/ISO/VVC": "vvc",
    "V_MPEG4/ISO/SP": "mpeg4",
    "V_MPEG4/ISO/ASP": "mpeg4",
    "V_MPEG4/ISO/AP": "mpeg4",
    "V_MPEG4/MS/V3": "msmpeg4",
    "V_UNCOMPRESSED": "rawvideo",
    "A_MPEG/L3": "mp3",
    "A_MPEG/L2": "mp2",
    "A_MPEG/L1": "mp1",
}


def _by_code(names: dict[str, str]) -> dict[str, str]:
    return {code: name for name, codes in names.items() for code in codes.split()}


_VIDEO_CODES = _by_code(_VIDEO)
_AUDIO_CODES = _by_code(_AUDIO)


def video_codec(code: bytes) -> str | None:
    """The codec of a four-letter code, whatever its case; the code itself when it is not known."""
    letters = _letters(code)
    return _VIDEO_CODES.get(letters, letters or None) if code.strip(b"\0") else "rawvideo"


def audio_codec(code: bytes) -> str | None:
    """The codec of sound with this four-letter code."""
    letters = _letters(code)
    return _AUDIO_CODES.get(letters, letters or None)


def mpeg4_codec(object_type: int) -> str | None:
    """The codec that an MPEG-4 decoder description names: "mp4a" may be MP3, "mp4v" MPEG-2."""
    return _OBJECT_TYPES.get(object_type)


def wave_codec(format_tag: int) -> str | None:
    """The codec of sound in AVI."""
    return _WAVE_TAGS.get(format_tag)


def matroska_codec(name: str, private: bytes) -> str | None:
    """The codec of a Matroska CodecID; two of them only say that the old codes are in the private data."""
    if name == "V_MS/VFW/FOURCC":
        return video_codec(private[16:20])
    if name == "V_QUICKTIME":
        return video_codec(private[4:8] if private[:1] == b"\0" else private[:4])
    if name == "A_MS/ACM":
        return wave_codec(int.from_bytes(private[:2], "little"))
    if name in _MATROSKA:
        return _MATROSKA[name]
    kind, _, rest = name.partition("_")
    word = rest.partition("/")[0].lower()
    return word[:32] if kind in ("V", "A") and word.isalnum() and word.isascii() else None


def _letters(code: bytes) -> str:
    text = code.decode("latin-1").strip("\0 ").lower()
    return text if text.isascii() and text.isprintable() else ""
