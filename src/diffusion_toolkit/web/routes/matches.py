"""Files that may be missing pictures in another form: offered, accepted, declined."""

from fastapi import APIRouter

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import identity
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.models import WrittenAnswer
from diffusion_toolkit.web.models_safety import DeclinedAnswer, OfferAnswer, OfferRequest
from diffusion_toolkit.web.writing import TheWriting

router = APIRouter(prefix=IN_COLLECTION + "/matches", tags=["curation"], responses=PROBLEMS)


@router.get("", response_model=list[OfferAnswer])
def list_matches(library: TheLibrary, collection: CollectionName) -> list[identity.Offer]:
    """Offers that wait for a decision, the surest first."""
    offers = identity.list_offers(library.collection(collection))
    if library.nsfw_mode != "hide":
        return offers
    state = library.search(collection).catalog.state
    return [each for each in offers if not (state.is_hidden(each.missing_id) or state.is_hidden(each.found_id))]


@router.post("/accept", response_model=WrittenAnswer)
def accept_match(writing: TheWriting, asked: OfferRequest) -> WrittenAnswer:
    """Give the file the ratings, tags and albums of the missing picture. What it has already stays."""
    if asked.found_id is None:
        raise UsageError("Name the file that is the missing picture.")
    return writing.done(identity.accept(writing.collection, asked.missing_id, asked.found_id), "curation")


@router.post("/decline", response_model=DeclinedAnswer)
def decline_match(library: TheLibrary, collection: CollectionName, asked: OfferRequest) -> DeclinedAnswer:
    """Offer this file, or any, for this picture no more."""
    return DeclinedAnswer(declined=identity.decline(library.collection(collection), asked.missing_id, asked.found_id))
