"""`album in_album` - the albums one puts pictures into, and smart ones, whose query decides.

`any`, `none` and `in_album` ask for the first kind only: else no smart album could hold what is in no album yet.
"""

import logging
from dataclasses import replace

import numpy as np

from diffusion_toolkit.catalog.columns import Bytes, Mask
from diffusion_toolkit.catalog.evaluate.names import albums_named
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.evaluate.selecting import matching
from diffusion_toolkit.catalog.evaluate.tag_aliases import aliases
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query import tree
from diffusion_toolkit.query.parser import parse
from diffusion_toolkit.query.tree import Absent, Name, Present, Value
from diffusion_toolkit.store.feed import AlbumRow

_LOG = logging.getLogger(__name__)


@evaluates("album")
def album(question: Question, value: Value) -> Mask:
    """An album of exactly this name, ignoring case."""
    match value:
        case Present():
            return in_albums(question)
        case Absent():
            return np.logical_not(in_albums(question))
        case Name():
            found = question.none()
            for row in albums_named(question.state, value):
                found |= album_mask(question, row)
            return found
        case _:
            raise unfit("album", value)


@evaluates("in_album")
def in_album(question: Question, value: Value) -> Mask:
    """Whether somebody put the picture into an album."""
    match value:
        case tree.Flag(True) | Present():
            return in_albums(question)
        case tree.Flag(False) | Absent():
            return np.logical_not(in_albums(question))
        case _:
            raise unfit("in_album", value)


def in_albums(question: Question) -> Mask:
    """Images in any album that is not smart, in a new array."""
    state = question.state

    def make() -> Bytes:
        found = np.zeros(state.count, np.bool_)
        for row in state.albums.rows:
            found[state.album_positions(row)] = True
        return np.packbits(found)

    return _unpacked(state.kept.get("in albums", make), state.count)


def album_mask(question: Question, row: AlbumRow) -> Mask:
    """The images of an album, in a new array. A smart album that asks for itself finds nothing there."""
    state = question.state
    if row.query is None:
        found = np.zeros(state.count, np.bool_)
        found[state.album_positions(row)] = True
        return found
    if row.id in question.within:
        return question.none()
    if question.within:  # only a part of an album that goes round in a circle; not to be kept
        return _evaluated(question, row)
    vocabulary = aliases(state).changes(state, question.collection)
    key = ("album", row.id, question.now.date(), question.now.utcoffset(), vocabulary)
    return _unpacked(state.kept.get(key, lambda: np.packbits(_evaluated(question, row))), state.count)


def _evaluated(question: Question, row: AlbumRow) -> Mask:
    try:
        node = parse(row.query or "", known_names(question.state))
    except QueryError as error:
        _LOG.warning("The query of the album %s cannot be read: %s", row.name, error)
        return question.none()
    return matching(replace(question, within=question.within | {row.id}), node)


def _unpacked(bits: Bytes, count: int) -> Mask:
    return np.unpackbits(bits, count=count).view(np.bool_)
