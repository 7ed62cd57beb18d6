"""The length and frame rate of a fragmented film, whose frames are listed in many `moof` boxes all over the file."""

from collections.abc import Iterator
from typing import NamedTuple

from diffusion_toolkit.formats import film, limits
from diffusion_toolkit.formats.isobmff import Box, Boxes, number, unpacked
from diffusion_toolkit.formats.isobmff_film import Film, Track


class Run(NamedTuple):
    """Frames of one track in one fragment: when the first begins, how many they are, and how long they take."""

    begin: int
    frames: int
    time: int


def set_fragment_facts(boxes: Boxes, found: Film, moof: Box, index: bytes) -> None:
    """Add to the draft what the fragments say; index: the body of the `sidx` box before the first of them, if any."""
    track = found.picture or found.sound
    if track is None or not track.time_scale:
        return
    counting = Boxes(boxes.draft, boxes.title, limits.MOST_FRAGMENTS * 16)
    first = _run(counting, moof, track)
    if boxes.draft.frame_rate is None and track is found.picture:
        boxes.draft.frame_rate = film.frame_rate(first.frames, first.time, track.time_scale)
    if found.whole_time:
        return
    before = track.frames_time - first.begin
    end = _end_by_list(counting, track) or _end_by_index(boxes, index, moof, first, track)
    end = end or _end_by_counting(counting, moof, first, track)
    length = film.seconds(before + end, track.time_scale) if end else None
    boxes.draft.duration_s = length or boxes.draft.duration_s


def _end_by_index(boxes: Boxes, index: bytes, moof: Box, first: Run, track: Track) -> int | None:
    """The end by a segment index, if it is over the whole file and not, as FFmpeg also writes it, over one part."""
    wide = index[:1] == b"\1"
    table = 32 if wide else 24
    rows = list(unpacked(">III", index[table:], number(index, table - 2, 2)))
    bytes_told = sum(row[0] & 0x7FFFFFFF for row in rows)
    if bytes_told * 20 < (boxes.draft.source.size - moof.begin) * 19 or number(index, 8, 4) != track.time_scale:
        return None
    return first.begin + sum(row[1] for row in rows)


def _end_by_list(boxes: Boxes, track: Track) -> int | None:
    """The end of the last fragment, found through the list of fragments that may stand at the end of the file."""
    size = boxes.draft.source.size
    tail = boxes.window.at(max(size - 16, 0), 16)
    length = number(tail, 12, 4)
    if tail[4:8] != b"mfro" or not 16 < length <= size:
        return None
    for mfra in boxes.inside(size - length, size):
        for table in boxes.inside(mfra.begin, mfra.end):
            head = boxes.body(table, 16)
            if table.kind == b"tfra" and number(head, 4, 4) == track.number:
                return _end_by_table(boxes, table, head, track)
        break
    return None


def _end_by_table(boxes: Boxes, table: Box, head: bytes, track: Track) -> int | None:
    wide = 8 if head[:1] == b"\1" else 4
    lengths = number(head, 8, 4)
    row = 2 * wide + 3 + sum(lengths >> shift & 3 for shift in (0, 2, 4))
    rows = number(head, 12, 4)
    if rows == 0 or table.begin + 16 + rows * row > table.end:
        return None
    last = boxes.window.at(table.begin + 16 + (rows - 1) * row, row)
    time = number(last, 0, wide)
    return next(((run.begin or time) + run.time for run in _runs(boxes, number(last, wide, wide), track, 1)), None)


def _end_by_counting(boxes: Boxes, moof: Box, first: Run, track: Track) -> int | None:
    """The end by going over the fragments one by one, or None when they are too many for that."""
    runs = [first, *_runs(boxes, moof.end, track, limits.MOST_FRAGMENTS)]
    if len(runs) > limits.MOST_FRAGMENTS:
        return None
    return max(runs[-1].begin + runs[-1].time, first.begin + sum(run.time for run in runs))


def _runs(boxes: Boxes, offset: int, track: Track, most: int) -> Iterator[Run]:
    for box in boxes.inside(offset, boxes.draft.source.size):
        if box.kind == b"moof":
            yield _run(boxes, box, track)
            most -= 1
        if most <= 0:
            return


def _run(boxes: Boxes, moof: Box, track: Track) -> Run:
    for part in boxes.inside(moof.begin, moof.end):
        if part.kind == b"traf":
            run = _track_run(boxes, part, track)
            if run:
                return run
    return Run(0, 0, 0)


def _track_run(boxes: Boxes, traf: Box, track: Track) -> Run | None:
    begin = frames = time = 0
    usual = track.frame_time
    for box in boxes.inside(traf.begin, traf.end):
        if box.kind == b"tfhd":
            body = boxes.body(box, 40)
            if number(body, 4, 4) != track.number:
                return None
            usual = _usual_time(body, usual)
        elif box.kind == b"tfdt":
            body = boxes.body(box, 12)
            begin = number(body, 4, 8 if body[:1] == b"\1" else 4)
        elif box.kind == b"trun":
            count, length = _frames(boxes.body(box), usual)
            frames, time = frames + count, time + length
    return Run(begin, frames, time)


def _usual_time(body: bytes, usual: int) -> int:
    flags = number(body, 1, 3)
    place = 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    return number(body, place, 4) if flags & 8 else usual


def _frames(body: bytes, usual: int) -> tuple[int, int]:
    flags, count = number(body, 1, 3), number(body, 4, 4)
    if not flags & 0x100:
        return count, count * usual
    begin = 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    others = 4 * sum(bool(flags & flag) for flag in (0x200, 0x400, 0x800))
    times = [row[0] for row in unpacked(f">I{others}x", body[begin:], min(count, limits.MOST_ITEMS))]
    return len(times), sum(times)
