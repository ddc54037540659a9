"""What people answered to the questions that lead to the risk class."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import Field, StringConstraints, model_validator

from fmnist_governance.evidence.classified import Reply
from fmnist_governance.evidence.days import Day
from fmnist_governance.evidence.record import Record

Words = Annotated[str, StringConstraints(max_length=20_000)]


class Answer(Record):
    """One answer; `yes` or `true` alone is an answer, and so is a list of what was chosen."""

    answer: Reply = "unknown"
    chosen: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    """Which of the question's options apply, by their ids."""
    because: Words | None = None
    by: Words | None = None
    on: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        chosen = value.get("chosen") if isinstance(value, dict) else value
        for item in chosen if isinstance(chosen, list) else ():
            if isinstance(item, int | float):
                msg = f"{item} is a number; write the id of an option in quotes, as in '{item}'"
                raise ValueError(msg)  # noqa: TRY004 - pydantic's way to refuse
        if isinstance(value, bool):
            return {"answer": "yes" if value else "no"}
        if isinstance(value, str):
            if value not in get_args(Reply):
                msg = f"{value!r} is no answer; expected yes, no, unknown, or a list of options, as in [{value}]"
                raise ValueError(msg)
            return {"answer": value}
        if isinstance(value, list):
            return {"answer": "yes" if value else "unknown", "chosen": value}
        return value


def _question(title: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    return Field(default=None, title=title)


class RiskAnswers(Record):
    """One answer for each question; a question without one is open."""

    ai_system: Answer | None = _question("Is it an AI system?")
    union_link: Answer | None = _question("Is there a link to the European Union?")
    excluded: Answer | None = _question("Does an exclusion from the scope apply?")
    roles: Answer | None = _question("Which roles does the organisation have?")
    prohibited_practice: Answer | None = _question("Is it a prohibited practice?")
    general_purpose_model: Answer | None = _question("Is a general-purpose AI model placed on the market?")
    annex_i_product: Answer | None = _question("Is it a safety component of a product, or a product, under Annex I?")
    third_party_assessment: Answer | None = _question("Must that product be assessed by a third party?")
    annex_iii_use: Answer | None = _question("Is the intended purpose a use case of Annex III?")
    profiling: Answer | None = _question("Does it perform profiling of natural persons?")
    derogation: Answer | None = _question("Does the derogation of Article 6(3) apply?")
    transparency: Answer | None = _question("Does a situation of Article 50 apply?")
    open_source: Answer | None = _question("Is it released under a free and open-source licence?")

    def to(self, question: str) -> Answer:
        """Return the answer to a question; unknown where nobody gave one."""
        found = getattr(self, question)
        return found if isinstance(found, Answer) else Answer()
