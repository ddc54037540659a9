"""The JSON schema of a policy file, so that editors complete and check it."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.policy import PolicyFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """Return the schema of a policy file, with the settings of each kind of clause."""
    models = [(model, "validation") for model in (PolicyFile, *(rule.clause for rule in RULES))]
    references, found = models_json_schema(models, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    definitions = dict(found["$defs"])
    policy = definitions.pop(PolicyFile.__name__)
    members = [references[(rule.clause, "validation")] for rule in RULES]
    kinds = {rule.kind: member["$ref"] for rule, member in zip(RULES, members, strict=True)}
    clauses = {
        **policy["properties"]["clauses"],
        "items": {"oneOf": members, "discriminator": {"propertyName": "kind", "mapping": kinds}},
    }
    return {
        "$schema": DIALECT,
        **policy,
        "title": "Policy of fmnist-audit",
        "properties": {**policy["properties"], "clauses": clauses},
        "$defs": definitions,
    }
