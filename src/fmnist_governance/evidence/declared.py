"""What people stated about a system: by whom, when, and what nobody stated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.days import Day as Day  # noqa: PLC0414 - part of the declarations' vocabulary
from fmnist_governance.evidence.record import Record
from fmnist_governance.evidence.wording import is_placeholder as is_placeholder  # noqa: PLC0414 - as above
from fmnist_governance.evidence.wording import is_reason, plain, praise

Words = Annotated[str, StringConstraints(max_length=20_000)]


class Statement(Record):
    """Something that a person stated; a plain text is a statement that names nobody."""

    text: Words
    by: Words | None = None
    """Who stated it."""
    on: Day | None = None
    """When they did."""
    source: Words | None = None
    """Where it can be read in full, such as a document's title."""

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: object) -> object:
        if isinstance(value, bool | int | float):
            msg = f"{value} is no text; write it in quotes, or as a mapping of text, by, on and source"
            raise ValueError(msg)  # noqa: TRY004 - pydantic takes no other
        return {"text": value} if isinstance(value, str) else value

    @property
    def counts(self) -> bool:
        """Whether it states anything."""
        return not is_placeholder(self.text) and plain(self.text) not in guidance()

    @property
    def explains(self) -> bool:
        """Whether it is a reason, for which a bare no is too little."""
        return self.counts and is_reason(self.text)


FILE = "file"
"""The section of what the technical documentation needs and the card does not."""


_LAW_WORDS = "conformity_statement"
"""The topic whose very words the law demands: that the system is in conformity (Annex V, point 4)."""


class Topic(NamedTuple):
    """One thing that a person has to state."""

    name: str
    """The field of the declarations file."""
    title: str
    section: str
    """The section of the card that needs it."""

    def praise(self, text: str) -> tuple[str, ...]:
        """Return the words of a statement that judge quality; none where the law demands such words."""
        return () if self.name == _LAW_WORDS else praise(text)


def _one(title: str, section: str, description: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    return Field(default=None, title=title, description=description, json_schema_extra={"section": section})


def _many(title: str, section: str, description: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    return Field(default=(), title=title, description=description, json_schema_extra={"section": section})


class Declarations(Record):
    """What people stated about one system. A gap stays a gap: it is printed and counted."""

    models: tuple[Words, ...] = Field(min_length=1)
    """The registered models that the statements are about; for any other model nothing counts."""
    by: Words | None = None
    """Who made the statements that name nobody."""
    on: Day | None = None
    """When the statements without a date were made."""
    risk: RiskAnswers = Field(default_factory=RiskAnswers)
    """The answers that lead to the risk class."""
    not_applicable: dict[Words, Statement] = Field(default_factory=dict)
    """Parts of the law's lists that do not apply, by their ids, each with the reason."""

    system_name: Statement | None = _one("System name", "details", "What the system is called.")
    version: Statement | None = _one("Version", "details", "The provider's version of the system.")
    author: Statement | None = _one("Author", "details", "Who built the model.")
    provider: Statement | None = _one("Provider", "details", "Who places the system on the market or into service.")
    licence: Statement | None = _one("Licence", "details", "Under which terms it may be used.")
    overview: Statement | None = _one("Overview", "overview", "What the system does, in a few sentences.")
    intended_purpose: Statement | None = _one("Primary use", "use", "What the system is for.")
    intended_users: tuple[Statement, ...] = _many("Intended users", "use", "Who is meant to use it.")
    out_of_scope: tuple[Statement, ...] = _many("Out-of-scope uses", "use", "What it must not be used for.")
    inputs: Statement | None = _one("Input", "interface", "What the system takes.")
    outputs: Statement | None = _one("Output", "interface", "What the system answers.")
    ethical_considerations: tuple[Statement, ...] = _many(
        "Ethical considerations", "ethics", "Harms and values that were weighed."
    )
    personal_data: Statement | None = _one("Personal data", "ethics", "Which personal data is processed, if any.")
    data_provenance: Statement | None = _one("Origin of the data", "ethics", "Who collected the data, how and why.")
    known_limitations: tuple[Statement, ...] = _many(
        "Known limitations", "performance", "What is known not to work, beyond what was measured."
    )
    deployment_conditions: Statement | None = _one(
        "Conditions of deployment", "deployment", "What must hold where the system is used."
    )
    risk_category: Statement | None = _one("Risk category", "act", "The provider's classification, with its reason.")
    human_oversight: Statement | None = _one("Human oversight", "act", "Who watches the answers and can overrule them.")
    explainability: Statement | None = _one("Explainability", "act", "How an answer can be explained to a person.")
    auditability: Statement | None = _one("Auditability", "act", "How an answer can be traced afterwards.")
    fairness: Statement | None = _one("Fairness and bias", "act", "Which groups were considered, and which not.")
    robustness: Statement | None = _one(
        "Safety and robustness", "act", "What happens on bad input, and who is protected how."
    )
    cybersecurity: Statement | None = _one("Cybersecurity", "act", "What protects the model, its data and its answers.")
    versioning: Statement | None = _one("Versioning", "versioning", "How versions are made and named.")
    update_policy: Statement | None = _one("Update policy", "versioning", "When and why a new version is made.")
    maintenance: Statement | None = _one("Maintenance", "versioning", "Who maintains the system, and until when.")
    post_market_plan: Statement | None = _one(
        "Post-market monitoring", "versioning", "How its behaviour in use is collected and looked at."
    )
    contact: Statement | None = _one("Contact", "contact", "Whom to write to.")
    support: Statement | None = _one("Support", "contact", "Where help is to be had, and at which hours.")
    incident_reporting: Statement | None = _one(
        "Reporting of incidents", "contact", "Where a malfunction is reported, and what follows."
    )

    # What only the technical documentation asks for.
    interaction: Statement | None = _one(
        "Interaction with other systems",
        "file",
        "How it interacts with hardware, software and AI systems that are no part of it.",
    )
    supply_forms: Statement | None = _one(
        "Forms of supply",
        "file",
        "In which forms it is supplied, such as a package, a download or an interface for programs.",
    )
    intended_hardware: Statement | None = _one(
        "Intended hardware", "file", "The hardware that it is meant to run on, and the least that it needs."
    )
    product_illustrations: Statement | None = _one(
        "Illustrations of the product",
        "file",
        "Where photographs or drawings of the product are, if it is part of one.",
    )
    user_interface: Statement | None = _one("User interface", "file", "What a deployer sees and handles.")
    development_process: Statement | None = _one(
        "Development process", "file", "By which steps and methods it was developed."
    )
    third_party_tools: Statement | None = _one(
        "Tools and models of third parties", "file", "Which tools and pre-trained models were used, and how."
    )
    design_choices: Statement | None = _one(
        "Design choices", "file", "The key choices with their reasons and assumptions, and what was traded for what."
    )
    optimisation: Statement | None = _one(
        "Optimisation target", "file", "What it is designed to optimise for, and which parameters matter."
    )
    data_collection: Statement | None = _one(
        "Collection and selection of the data",
        "file",
        "How the data was obtained and selected, and for which original purpose.",
    )
    labelling: Statement | None = _one("Labelling", "file", "How the data was labelled, and by whom.")
    data_cleaning: Statement | None = _one("Cleaning of the data", "file", "How the data was prepared and cleaned.")
    data_assumptions: Statement | None = _one(
        "Assumptions on the data", "file", "What the data is supposed to measure and represent."
    )
    data_suitability: Statement | None = _one(
        "Suitability of the data", "file", "Why the data fits the intended purpose and its setting."
    )
    bias_examination: Statement | None = _one(
        "Examination for bias", "file", "Which biases were looked for, and what was done about them."
    )
    data_gaps: Statement | None = _one("Gaps in the data", "file", "What the data lacks, and how that is dealt with.")
    data_maintenance: Statement | None = _one(
        "Maintenance of the data", "file", "Who maintains the data, and how errors in it are corrected."
    )
    oversight_assessment: Statement | None = _one(
        "Assessment of human oversight",
        "file",
        "Why the measures of oversight are enough, also against relying on the answers too much.",
    )
    stop_procedure: Statement | None = _one(
        "Override and stop", "file", "How a person disregards an answer, reverses it or stops the system."
    )
    predetermined_changes: Statement | None = _one(
        "Planned changes", "file", "Changes that are planned in advance, and how they stay within the rules."
    )
    acceptance_criteria: Statement | None = _one(
        "Acceptance criteria", "file", "Which results were demanded before the tests were run, and why."
    )
    test_responsible: Statement | None = _one(
        "Responsible for the tests", "file", "Who is responsible for the tests, and signed the reports when."
    )
    foreseeable_misuse: Statement | None = _one(
        "Foreseeable misuse", "file", "How it could be misused, as far as one can foresee."
    )
    unintended_outcomes: Statement | None = _one(
        "Unintended outcomes and sources of risk",
        "file",
        "What could go wrong for health, safety or fundamental rights.",
    )
    vulnerable_groups: Statement | None = _one(
        "Minors and vulnerable groups",
        "file",
        "Whether persons under 18 or other vulnerable groups are likely to be affected.",
    )
    metrics_rationale: Statement | None = _one(
        "Choice of the metrics", "file", "Why these metrics fit this system and the cost of its errors."
    )
    risk_management: Statement | None = _one(
        "Risk management", "file", "How risks are identified, estimated, treated and looked at again, and by whom."
    )
    residual_risk: Statement | None = _one("Residual risk", "file", "Which risk remains, and who judged it acceptable.")
    changes: Statement | None = _one(
        "Changes so far", "file", "What was changed since the first version, and whether it was substantial."
    )
    standards: Statement | None = _one(
        "Standards and other solutions", "file", "Which standards were applied, or which solutions instead."
    )
    log_handling: Statement | None = _one(
        "Logs in use", "file", "Which events are recorded in use, and how logs are stored, kept and read."
    )
    lifetime: Statement | None = _one(
        "Lifetime and care", "file", "How long it is expected to be used, and what care and updates it needs."
    )
    transparency_measures: Statement | None = _one(
        "Information of persons", "file", "How persons are informed where Article 50 asks for it."
    )
    provider_address: Statement | None = _one(
        "Address of the provider", "file", "Where the provider can be reached by letter."
    )
    sole_responsibility: Statement | None = _one(
        "Sole responsibility", "file", "That the provider alone is responsible for the declaration of conformity."
    )
    conformity_statement: Statement | None = _one(
        "Statement of conformity", "file", "That the system is in conformity, stated by who signs for the provider."
    )
    data_protection: Statement | None = _one(
        "Data protection", "file", "That personal data is processed as data protection law demands."
    )
    conformity_procedure: Statement | None = _one(
        "Conformity assessment",
        "file",
        "Which procedure was followed, with notified body and certificate where there is one.",
    )
    signature: Statement | None = _one(
        "Signature", "file", "Place, date, name and function of who signs the declaration of conformity."
    )
    monitoring_data: Statement | None = _one(
        "Data from use", "file", "Which data is collected in use, from where, and how often it is looked at."
    )
    monitoring_triggers: Statement | None = _one("Triggers", "file", "Which findings in use lead to which action.")
    monitoring_owner: Statement | None = _one(
        "Responsible for monitoring", "file", "Who watches the system in use, and whom they report to."
    )

    def stated(self, name: str) -> tuple[Statement, ...]:
        """Return what was stated on a topic, with author and date; no placeholders and no copied guidance.

        Raises:
            KeyError: There is no such topic.
        """
        if name not in {topic.name for topic in (*topics(), *file_topics())}:
            raise KeyError(name)
        value = getattr(self, name)
        found = value if isinstance(value, tuple) else () if value is None else (value,)
        own = {plain(name), plain(name.replace("_", " ")), plain(str(Declarations.model_fields[name].title))}
        return tuple(self.attributed(said) for said in found if said.counts and plain(said.text) not in own)

    def missing(self) -> tuple[Topic, ...]:
        """Return the topics of the card on which nobody stated anything, in order."""
        return tuple(topic for topic in topics() if not self.stated(topic.name))

    def cover(self, model: str) -> bool:
        """Whether the statements are about this registered model."""
        return model in self.models

    def attributed(self, statement: Statement) -> Statement:
        """Return a statement with the author and date of the file where it has none of its own.

        A placeholder is neither an author nor a source.
        """
        named = [by for by in (statement.by, self.by) if by and not is_placeholder(by)]
        source = statement.source if statement.source and not is_placeholder(statement.source) else None
        own = {"by": named[0] if named else None, "on": statement.on or self.on, "source": source}
        return statement.model_copy(update=own)


@cache
def guidance() -> frozenset[str]:
    """Return what the declarations file says of its own keys, as it is compared; copied, it states nothing."""
    fields = Declarations.model_fields.values()
    return frozenset(plain(field.description) for field in fields if field.description)


@cache
def topics() -> tuple[Topic, ...]:
    """Return everything that a person has to state, in the order of the card."""
    return tuple(topic for topic in _topics() if topic.section != FILE)


@cache
def file_topics() -> tuple[Topic, ...]:
    """Return what a person has to state for the technical documentation alone."""
    return tuple(topic for topic in _topics() if topic.section == FILE)


def _topics() -> Iterator[Topic]:
    for name, field in Declarations.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict):
            yield Topic(name, str(field.title), str(extra["section"]))
