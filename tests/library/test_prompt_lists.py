"""Distinct prompts with their uses, likeness, and the statistics of their words."""

import hashlib
import random
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.errors import Expired, NotFound, QueryError, UsageError
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.prompts.listing import PromptQuery, list_prompts, whole_prompt
from diffusion_toolkit.library.prompts.similar import likeness
from diffusion_toolkit.library.prompts.tokens import TokenBook, TokenItem, TokenPage, TokenQuery
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.query.words import words
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import curation, folder, image, prompt, root

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Library:
    """Images with prompts, written straight into the store."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._catalog = Catalog(collection)
        with collection.begin() as connection:
            place = connection.scalar(sa.insert(root).values(path="/p", identity=b"p").returning(root.c.id))
            self._folder = connection.scalar(
                sa.insert(folder).values(root_id=place, path="", identity=b"f").returning(folder.c.id)
            )

    @property
    def catalog(self) -> Catalog:
        """The catalog as of now."""
        self._catalog.refresh()
        return self._catalog

    def add(self, text: str, count: int = 1, *, negative: str | None = None, **judged: object) -> list[int]:
        """Images of one prompt. judged: columns of `curation`."""
        with self.collection.begin() as connection:
            values = {"prompt_id": self._prompt(connection, text)}
            if negative is not None:
                values["negative_prompt_id"] = self._prompt(connection, negative)
            ids = [
                connection.scalar(
                    sa.insert(image)
                    .values(
                        folder_id=self._folder,
                        name=f"{random.random()}",
                        size_bytes=1,
                        mtime_ns=1,
                        phase=1,
                        file_date=NOW,
                        **values,
                    )
                    .returning(image.c.id)
                )
                for _ in range(count)
            ]
            if judged:
                connection.execute(sa.insert(curation), [{"image_id": number, **judged} for number in ids])
        return [number for number in ids if number is not None]

    def _prompt(self, connection: sa.Connection, text: str) -> int | None:
        identity = hashlib.sha256(text.encode()).digest()
        found = connection.scalar(sa.select(prompt.c.id).where(prompt.c.identity == identity))
        new = sa.insert(prompt).values(text=text, identity=identity).returning(prompt.c.id)
        return found or connection.scalar(new)

    def page(self, offset: int = 0, limit: int = 50, **asked: object) -> list[tuple[str, int]]:
        """Text and uses of the prompts found."""
        found = list_prompts(self.catalog, PromptQuery(**asked), now=NOW, offset=offset, limit=limit)  # pyright: ignore[reportArgumentType]  by name
        return [(item.text, item.images) for item in found.items]

    def tokens(self, budget_s: float | None = None, **asked: object) -> TokenPage:
        """The statistics of tokens."""
        book = TokenBook(Search(self.catalog))
        return book.page(TokenQuery(**asked), now=NOW, limit=1000, budget_s=budget_s)  # pyright: ignore[reportArgumentType]  by name


@pytest.fixture
def library(collection: Collection) -> Library:
    return Library(collection)


def by_text(page: TokenPage) -> dict[str, TokenItem]:
    return {item.text: item for item in page.items}


def test_prompts_are_listed_by_use_and_lead_to_their_images(library: Library) -> None:
    library.add("a fox, snow", 3, negative="blurry", rating=8)
    library.add("a red lamp", 5, negative="blurry")
    library.add("A fox, snow", 2, favorite=True)
    assert library.page() == [("a red lamp", 5), ("a fox, snow", 3), ("A fox, snow", 2)]
    assert library.page(offset=1, limit=1) == [("a fox, snow", 3)]
    assert library.page(kind="negative") == [("blurry", 8)]
    assert library.page(sort="text", limit=1) == [("a fox, snow", 3)]
    assert library.page(sort="newest", limit=1) == [("A fox, snow", 2)]
    assert library.page(sort="rating", limit=1) == [("a fox, snow", 3)]
    page = list_prompts(library.catalog, PromptQuery(), now=NOW)
    assert (page.total, page.images) == (3, 10)
    fox = page.items[1]
    assert (fox.rated, fox.rating, fox.favorites) == (3, 8.0, 0)
    search = Search(library.catalog)
    assert [search.run(item.query, now=NOW).total for item in page.items] == [5, 3, 2]
    (blurry,) = list_prompts(library.catalog, PromptQuery(kind="negative"), now=NOW).items
    assert search.run(blurry.query, now=NOW).total == 8
    assert whole_prompt(library.collection, fox.id) == "a fox, snow"
    with pytest.raises(NotFound):
        whole_prompt(library.collection, 999)


def test_only_visible_images_count(library: Library) -> None:
    hidden = library.add("a fox", 4, nsfw=True)
    library.add("a fox", 1)
    library.add("a lamp", 2, for_deletion=True)
    assert library.page() == [("a fox", 5), ("a lamp", 2)]
    assert library.page(hide=frozenset(("nsfw",))) == [("a lamp", 2), ("a fox", 1)]
    assert library.page(hide=frozenset(("nsfw", "deleted"))) == [("a fox", 1)]
    assert library.page(hide=frozenset(("nsfw",)), images="nsfw:true") == [("a fox", 4)]
    assert library.page(images="rating>=1") == []
    written = curate(library.collection, hidden, Change(nsfw=False))
    library.catalog.seen(written.token)
    assert library.page(hide=frozenset(("nsfw",))) == [("a fox", 5), ("a lamp", 2)]


def test_prompts_are_found_by_words_and_as_a_whole(library: Library) -> None:
    for text in ("a red fox, snow", "a red lamp", "Snow  ", "snow and ice"):
        library.add(text)
    assert [text for text, _ in library.page(text="red")] == ["a red fox, snow", "a red lamp"]
    assert [text for text, _ in library.page(text="snow -red")] == ["Snow  ", "snow and ice"]
    assert [text for text, _ in library.page(text="fox OR ice")] == ["a red fox, snow", "snow and ice"]
    assert [text for text, _ in library.page(text='"d fo"')] == ["a red fox, snow"]
    assert [text for text, _ in library.page(text="snow", mode="whole")] == ["Snow  "]
    assert library.page(text="SNOW and", mode="whole") == []
    with pytest.raises(UsageError, match="words"):
        library.page(text="rating:5")
    with pytest.raises(QueryError):
        library.page(text="(red")
    with pytest.raises(UsageError):
        library.page(limit=100_000)
    with pytest.raises(UsageError):
        library.page(minimum=101)


def test_likeness_is_the_share_of_words_in_common(library: Library) -> None:
    library.add("a red fox, snow")
    library.add("snow, (fox:1.2), a red a red")
    library.add("a red lamp")
    library.add("猫耳, 雪")
    found = list_prompts(library.catalog, PromptQuery(text="fox, red, a, snow", mode="similar", minimum=30), now=NOW)
    assert [(item.text, item.likeness) for item in found.items] == [
        ("a red fox, snow", 100.0),
        ("snow, (fox:1.2), a red a red", 100.0),
        ("a red lamp", 40.0),
    ]
    assert len(library.page(text="fox red a snow", mode="similar", minimum=41)) == 2
    assert library.page(text="猫 雪", mode="similar", minimum=60) == [("猫耳, 雪", 1)]
    assert library.page(text="nothing like it", mode="similar", minimum=1) == []


@pytest.mark.parametrize("minimum", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_likeness_equals_the_plain_definition(library: Library, minimum: float) -> None:
    rng = random.Random(int(minimum * 10))
    known = ["fox", "owl", "red", "snow", "a", "lamp", "ice", "sea", "old", "sky"]
    texts = list(dict.fromkeys(" ".join(rng.choices(known, k=rng.randint(1, 8))) for _ in range(60)))
    for part in ([], texts[:45], texts[45:]):  # what comes later makes a segment of its own
        for text in part:
            library.add(text)
        assert library.catalog.state.image_count >= len(part)
    prompts = library.catalog.state.prompts
    assert len(prompts.segments) == 2
    whole = [prompts.text_bytes(code).decode() for code in range(prompts.count)]
    for wanted in ("fox owl", "a old lamp red", "snow snow unheard", texts[0]):
        ours = set(words(wanted))
        plain = [len(ours & set(words(text))) / len(ours | set(words(text))) for text in whole]
        expected = [value if value >= minimum - 1e-9 and value > 0 else 0 for value in plain]
        assert np.allclose(likeness(prompts, wanted, minimum), expected, atol=1e-6)


def test_tokens_count_images_prompts_and_weights(library: Library) -> None:
    library.add("(red fox:1.5), snow, <lora:Ink:0.8>", 2)
    library.add("red_fox BREAK ((snow)), <lora:ink:0.4>", 1, negative="(blurry:1.3), embedding:bad")
    library.add("a lamp", 4)
    found = by_text(library.tokens())
    assert {text: (item.images, item.prompts) for text, item in found.items()} == {
        "red fox": (3, 2),
        "snow": (3, 2),
        "a lamp": (4, 1),
    }
    assert (found["red fox"].weight, found["snow"].weight) == (
        pytest.approx(4 / 3, abs=1e-3),
        pytest.approx(1.07, abs=1e-3),
    )
    (ink,) = library.tokens(kinds=("lora",)).items
    assert (ink.text, ink.images, ink.weight) == ("ink", 3, pytest.approx(2 / 3, abs=1e-3))
    word = by_text(library.tokens(kinds=("word",)))
    assert (word["fox"].images, word["a"].images, "break" in word, "lora" in word) == (3, 4, False, False)
    negative = by_text(library.tokens(kind="negative", kinds=("tag", "embedding")))
    assert {text: item.kind for text, item in negative.items()} == {"blurry": "tag", "bad": "embedding"}
    assert negative["blurry"].weight == 1.3
    search = Search(library.catalog)
    assert search.run(found["red fox"].query, now=NOW).total == 3
    assert search.run(negative["blurry"].query, now=NOW).total == 1


def test_tokens_of_a_selection_a_query_and_a_part_of_the_text(library: Library) -> None:
    library.add("red fox, snow", 2, rating=9)
    library.add("red lamp", 3, nsfw=True)
    search = Search(library.catalog)
    handle = search.run("snow", now=NOW).handle
    page = TokenBook(search).page(TokenQuery(selection=handle), now=NOW)
    assert [(item.text, item.images) for item in page.items] == [("red fox", 2), ("snow", 2)]
    assert [item.text for item in library.tokens(query="rating:9").items] == ["red fox", "snow"]
    assert [item.text for item in library.tokens(hide=frozenset(("nsfw",))).items] == ["red fox", "snow"]
    assert [item.text for item in library.tokens(text="RED").items] == ["red lamp", "red fox"]
    assert [item.text for item in library.tokens(images=3).items] == ["red lamp"]
    with pytest.raises(Expired):
        TokenBook(search).page(TokenQuery(selection="gone"), now=NOW)
    with pytest.raises(UsageError):
        library.tokens(kinds=("word", "tag"))


def test_the_lift_finds_what_is_really_liked_and_says_how_sure(library: Library) -> None:
    rng = random.Random(5)
    others = [f"thing{number}" for number in range(30)]
    for number in range(160):
        text = ", ".join([f"place {number}", *rng.sample(others, 3)] + (["glow"] if number % 2 else []))
        rating = max(1, min(10, round(rng.gauss(5, 1) + (2.5 if number % 2 else 0))))
        library.add(text, 2, rating=rating, favorite=bool(number % 2) and rng.random() < 0.5)
    page = library.tokens(sort="best", rated=10)
    best = page.items[0]
    assert best.text == "glow"
    assert best.rating is not None
    assert best.rating.sure
    assert best.rating.low < 2.5 < best.rating.high + 0.5
    assert abs(best.rating.lift) <= abs(best.rating.with_it - best.rating.without)
    assert (page.rated, best.rated, best.rated_prompts) == (320, 160, 80)
    assert best.favorite is not None
    assert best.favorite.lift > 0.2
    assert library.tokens(sort="favorites", rated=10).items[0].text == "glow"
    refused = library.tokens(sort="refused", rated=10).items
    assert refused[0].text != "glow"
    assert [item.text for item in refused].index("glow") == len(refused) - 1
    assert sum(item.rating.sure for item in page.items if item.rating) <= 4


def test_a_library_rated_by_dice_has_no_sure_lift(library: Library) -> None:
    rng = random.Random(7)
    known = [f"thing{number}" for number in range(40)]
    for number in range(150):
        library.add(", ".join([f"p{number}", *rng.sample(known, 4)]), 2, rating=rng.randint(1, 10))
    for sort in ("best", "worst"):
        page = library.tokens(sort=sort, rated=4)
        assert sum(item.rating.sure for item in page.items if item.rating) <= 1


def test_a_first_question_in_a_hurry_is_answered_in_part_and_goes_on(library: Library) -> None:
    with library.collection.begin() as connection:
        texts = [f"thing {number}" for number in range(4100)]
        rows = [{"text": text, "identity": hashlib.sha256(text.encode()).digest()} for text in texts]
        connection.execute(sa.insert(prompt), rows)
        connection.execute(
            sa.text(
                "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date, phase, prompt_id)"
                " SELECT folder.id, 'x' || prompt.id, 1, 1, now(), 1, prompt.id FROM prompt, folder"
            )
        )
    book = TokenBook(Search(library.catalog))
    shares = [book.page(TokenQuery(), now=NOW, budget_s=0.0).covered for _ in range(2)]
    assert shares == [0.0, 0.0]
    assert book.page(TokenQuery(), now=NOW).covered == 1.0
    assert book.page(TokenQuery(), now=NOW, budget_s=0.0).total == 4100
