from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError
from fmnist_governance.gate.policy import Policy, load_policy, parse_policy

COMMON = "title: A title, because: A reason"
ACCURACY = "kind: at_least, measurement: performance.accuracy"
BASE = f"""\
name: base
title: The company's baseline
clauses:
  - {{id: accuracy, {COMMON}, {ACCURACY}, floor: 0.9}}
  - {{id: measured, {COMMON}, kind: check_measured}}
"""
OWN = """\
name: own
title: A project's policy
extends: base.yaml
"""
Layered = Callable[[str], Policy]


@pytest.fixture
def layered(tmp_path: Path) -> Layered:
    (tmp_path / "base.yaml").write_text(BASE)

    def read(rest: str) -> Policy:
        (tmp_path / "own.yaml").write_text(OWN + rest)
        return load_policy(tmp_path / "own.yaml")

    return read


def clause(settings: str, id_: str = "accuracy") -> str:
    return f"clauses:\n  - {{id: {id_}, {COMMON}, {settings}}}\n"


def test_a_tightened_clause_takes_the_place_of_the_old_one(layered: Layered) -> None:
    policy = layered(clause(f"{ACCURACY}, floor: 0.95"))

    assert [(entry.clause.id, entry.line, entry.file) for entry in policy.entries] == [
        ("accuracy", 5, None),
        ("measured", 5, "base.yaml"),
    ]
    assert policy.entries[0].clause.model_dump()["floor"] == 0.95
    assert policy.extends == ("base",)


def test_a_new_clause_comes_after_those_of_the_base(layered: Layered) -> None:
    policy = layered(clause(f"{ACCURACY}, floor: 0.1", "extra"))

    assert [entry.clause.id for entry in policy.entries] == ["accuracy", "measured", "extra"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (f"{ACCURACY}, floor: 0.85", "floor 0.85 is looser than 0.9 in "),
        (f"{ACCURACY}, floor: 0.95, severity: warn", "severity warn is looser than block"),
        ("kind: check_measured", "has kind check_measured; "),
        (f"{ACCURACY}, floor: 0.9, on: value", "on value is looser than interval"),
    ],
)
def test_a_baseline_is_not_loosened_in_silence(settings: str, words: str, layered: Layered) -> None:
    with pytest.raises(ConfigError) as refused:
        layered(clause(settings))

    assert "own.yaml:5: clause accuracy: " in str(refused.value)
    assert words in str(refused.value)
    assert "loosens: {accuracy: ...}" in str(refused.value)


def test_a_baseline_is_loosened_by_who_says_so(layered: Layered) -> None:
    policy = layered("loosens: {accuracy: The prototype is never shipped}\n" + clause(f"{ACCURACY}, floor: 0.85"))

    assert policy.entries[0].clause.model_dump()["floor"] == 0.85
    (told,) = policy.facts.exceptions
    assert (told.clause, told.how, told.line, told.file) == ("accuracy", "loosened", 4, None)
    assert told.because == "The prototype is never shipped"
    asked = "performance.accuracy is at least {}, by its whole interval"
    assert told.message == f"base asks: {asked.format(0.9)}; here: {asked.format(0.85)}"


def test_a_clause_that_only_warns_from_now_on_is_told_as_such(layered: Layered) -> None:
    policy = layered(
        "loosens: {accuracy: The prototype is never shipped}\n"
        + clause(f"{ACCURACY}, floor: 0.9, severity: warn")
        + f"  - {{id: extra, {COMMON}, kind: check_measured}}\n"
    )

    assert policy.facts.exceptions[0].message.endswith("at least 0.9, by its whole interval, which only warns")


def test_a_clause_is_dropped_by_who_says_so(layered: Layered) -> None:
    policy = layered("drops: {measured: Measured elsewhere}\n" + clause(f"{ACCURACY}, floor: 0.95"))

    assert [entry.clause.id for entry in policy.entries] == ["accuracy"]
    (told,) = policy.facts.exceptions
    assert (told.clause, told.how, told.because) == ("measured", "dropped", "Measured elsewhere")
    assert told.message.endswith("; here: nothing")


def test_what_a_layer_below_takes_back_is_told_with_its_file(layered: Layered, tmp_path: Path) -> None:
    layered("drops: {measured: Measured elsewhere}\n" + clause(f"{ACCURACY}, floor: 0.95"))
    (tmp_path / "sub").mkdir()
    upper = f"name: upper\ntitle: Of the team\nextends: ../own.yaml\n{clause(f'{ACCURACY}, floor: 0.96')}"
    (tmp_path / "sub" / "upper.yaml").write_text(upper)

    (told,) = load_policy(tmp_path / "sub" / "upper.yaml").facts.exceptions

    assert (told.clause, told.file) == ("measured", "../own.yaml")


@pytest.mark.parametrize(
    ("rest", "line", "words"),
    [
        ("loosens: {acuracy: A reason}\n", 4, "loosens.acuracy: the extended policy has no such clause; did you mean"),
        ("loosens: {measured: A reason}\n", 4, "loosens.measured: no clause here is looser"),
        ("drops: {nothing: A reason}\n", 4, "drops.nothing: the extended policy has no such clause"),
        ("drops: {accuracy: A reason}\n", 4, "drops.accuracy: line 6 gives the clause again"),
        ("drops: {measured: TODO}\n", 4, "states nothing"),
    ],
)
def test_an_exception_that_is_not_needed_is_refused(rest: str, line: int, words: str, layered: Layered) -> None:
    with pytest.raises(ConfigError) as refused:
        layered(rest + clause(f"{ACCURACY}, floor: 0.95"))

    assert f"own.yaml:{line}: {words}" in str(refused.value) or words in str(refused.value)


@pytest.mark.parametrize(
    ("extends", "words"),
    [
        ("own.yaml", "comes back to a policy that is being read"),
        ("minimal-rsk", "or the path of a .yaml file; did you mean 'minimal-risk'?"),
        ("nothing.yaml", "no such file"),
        ("/etc/passwd.yaml", "extends"),
        ("C:\\\\policy.yaml", "extends"),
    ],
)
def test_a_base_that_cannot_be_read_is_refused(extends: str, words: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN.replace("base.yaml", f"'{extends}'") + clause(f"{ACCURACY}, floor: 0.95"))

    with pytest.raises(ConfigError, match=r"yaml:3|nothing\.yaml") as refused:
        load_policy(own)

    assert words in str(refused.value)


def test_too_many_layers_are_refused(tmp_path: Path) -> None:
    for number in range(7):
        text = OWN.replace("base.yaml", f"p{number + 1}.yaml") + clause(f"{ACCURACY}, floor: 0.95")
        (tmp_path / f"p{number}.yaml").write_text(text)

    with pytest.raises(ConfigError, match="one layer too many"):
        load_policy(tmp_path / "p0.yaml")


def test_what_a_base_says_is_part_of_the_digest(layered: Layered, tmp_path: Path) -> None:
    before = layered(clause(f"{ACCURACY}, floor: 0.95")).digest

    (tmp_path / "base.yaml").write_text(BASE.replace("A reason", "Another reason", 1))

    assert load_policy(tmp_path / "own.yaml").digest != before


def test_exceptions_without_a_base_are_refused() -> None:
    with pytest.raises(ConfigError, match="loosens and drops need extends"):
        parse_policy(BASE.replace("clauses:", "drops: {accuracy: A reason}\nclauses:"), "p.yaml")


def test_the_path_of_a_base_is_seen_from_the_policy(tmp_path: Path) -> None:
    (tmp_path / "company" / "inner").mkdir(parents=True)
    (tmp_path / "company" / "inner" / "base.yaml").write_text(BASE)
    middle = OWN.replace("base.yaml", "inner/base.yaml").replace("name: own", "name: middle")
    (tmp_path / "company" / "middle.yaml").write_text(middle + clause("kind: check_measured", "middle"))
    own = OWN.replace("base.yaml", "company/middle.yaml") + clause("kind: check_measured", "own")
    (tmp_path / "own.yaml").write_text(own)

    policy = load_policy(tmp_path / "own.yaml")

    assert [entry.file for entry in policy.entries] == [*["company/inner/base.yaml"] * 2, "company/middle.yaml", None]
    assert policy.extends == ("middle", "base")


@pytest.mark.parametrize("path", sorted((shipped("configs") / "policies").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_policy_can_be_read(path: Path) -> None:
    policy = load_policy(path)

    assert policy.name == path.stem


def test_the_policy_for_high_risk_demands_all_that_the_one_for_minimal_risk_does() -> None:
    low, high = (load_policy(shipped("configs") / "policies" / f"{name}-risk.yaml") for name in ("minimal", "high"))

    assert {entry.clause.id for entry in low.entries} < {entry.clause.id for entry in high.entries}


def test_a_name_that_two_files_could_have_is_asked_for(tmp_path: Path) -> None:
    own = f"name: own\ntitle: Mine\nextends: minimal-risk\n{clause(f'{ACCURACY}, floor: 0.95', 'mine')}"
    shipped_one = shipped("configs") / "policies" / "minimal-risk.yaml"
    (tmp_path / "own.yaml").write_text(own)
    (tmp_path / "minimal-risk.yaml").write_bytes(shipped_one.read_bytes())
    assert load_policy(tmp_path / "own.yaml").extends == ("minimal-risk",)

    (tmp_path / "minimal-risk.yaml").write_text(shipped_one.read_text().replace("floor: 0.50", "floor: 0.99"))

    with pytest.raises(
        ConfigError, match=r"own.yaml:3: extends: minimal-risk is a shipped policy, and .* says something"
    ):
        load_policy(tmp_path / "own.yaml")


def test_a_policy_has_a_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "own.yaml").write_text(OWN.replace("name: own", "name: base") + clause(f"{ACCURACY}, floor: 0.95"))

    with pytest.raises(ConfigError, match=r"own.yaml:1: name: base is that of a policy it extends"):
        load_policy(tmp_path / "own.yaml")
