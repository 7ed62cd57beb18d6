"""`negative:` - text of the negative prompt."""

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Exact, Present, Term, Value


@evaluates("negative")
def negative(question: Question, value: Value) -> Mask:
    """Words or exact characters, like in the prompt; `none`: no negative prompt."""
    codes = question.column("negative")
    match value:
        case Term() | Exact():
            return question.state.prompts.matching(value)[codes]
        case Absent():
            return codes < 0
        case Present():
            return codes >= 0
        case _:
            raise unfit("negative", value)
