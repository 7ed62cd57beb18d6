"""Fields of what a person decided about a picture."""

from diffusion_toolkit.query.fields.field import Field

DECLARED = (
    Field(
        name="rating",
        kind="number",
        title="Rating",
        description="Your rating, 1 to 10.",
        aliases=("stars",),
        lists=True,
        lowest=0,
        highest=10,
        examples=("rating>=8", "rating:none", "rating:8..10"),
    ),
    Field(
        name="favorite",
        kind="flag",
        title="Favourite",
        description="Marked as favourite.",
        aliases=("favourite", "fave", "fav"),
        bare=True,
        examples=("favorite", "favorite:false"),
    ),
    Field(
        name="nsfw",
        kind="flag",
        title="NSFW",
        description="Marked as not safe for work; overrides the hide option.",
        examples=("nsfw:true",),
    ),
    Field(
        name="deleted",
        kind="flag",
        title="For deletion",
        description="Marked for deletion; overrides the hide option.",
        aliases=("delete", "for deletion", "to delete"),
        examples=("deleted:true",),
    ),
)
