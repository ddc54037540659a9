"""Hostile and mistaken policies and waivers, as a user types them: a line says what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundled import bundle
from desk import Program

GOOD = """\
name: demo
title: A policy
clauses:
  - id: accuracy
    kind: at_least
    title: Right often enough
    because: It is sold so
    measurement: performance.accuracy
    floor: 0.5
"""
WAIVERS = """\
max_days: 90
waivers:
  - {clause: accuracy, version: 'models:/m/1', reason: Bearable, approver: A. Person, granted: 2026-11-01, expires: DAY}
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def other(kind: str, settings: str) -> str:
    return (
        changed("at_least", kind)[: GOOD.index("    measurement") - len("at_least") + len(kind)] + f"    {settings}\n"
    )


MEASURED = "measurement: performance.accuracy"
GROUP = "pattern: performance.*\n    floor: 0.5"
UNUSABLE: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "1: the file is empty"),
    "a byte order mark alone": ("\ufeff", "1: the file is empty"),
    "comments alone": ("# nothing\n", "the file is empty"),
    "a tab": (changed("    kind", "\tkind"), "5: not YAML: a tab cannot indent; use spaces"),
    "binary": (b"\x00\x01\xff\xfe" * 100, "1: not UTF-8 text (byte 0xff)"),
    "Latin-1": (changed("sold", "s\xf6ld").encode("latin-1"), "7: not UTF-8 text (byte 0xf6)"),
    "50 MB": (GOOD + "# padding\n" * 5_000_000, "larger than 1,000,000 bytes"),
    "deep lists": (changed("0.5", "[" * 100_000), "9: nested more than 24 levels deep"),
    "deep mappings": ("a: " + "{a: " * 5_000, "1: nested more than 24 levels deep"),
    "escape sequence": (changed("at_least", "at_\x1bleast"), "5: character U+001B is not allowed"),
    "two documents": (GOOD + "---\n" + GOOD, "10: a second document begins"),
    "a key twice": (GOOD + "    floor: 0.1\n", "10: key 'floor' is given twice, first on line 9"),
    "a clause twice": (GOOD + GOOD[GOOD.index("  - id") :], "10: clause 'accuracy' has the id of the one on line 4"),
    "unknown key": (GOOD + "    flor: 0.1\n", "10: clauses[0].flor: unknown key; did you mean 'floor'?"),
    "unknown key on top": ("waive: all\n" + GOOD, "1: waive: unknown key; known are name, title"),
    "not a number": (changed("0.5", ".nan"), "9: .nan is not a finite number"),
    "infinite": (changed("0.5", "-.inf"), "9: -.inf is not a finite number"),
    "too large": (changed("0.5", "1e999"), "9: 1e999 is too large"),
    "ten thousand digits": (changed("0.5", "9" * 10_000), "9: a number of 10000 characters"),
    "a text for a number": (changed("0.5", "'0.9'"), "9: clauses[0].floor: '0.9' is a text; expected a number"),
    "percent": (changed("0.5", "90 %"), "9: clauses[0].floor: '90 %' is a text"),
    "nothing for a number": (changed("0.5", "~"), "9: clauses[0].floor: is nothing; expected a number"),
    "a list for a text": (changed("A policy", "[a]"), "2: title: is a list of 1; expected a text"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + GOOD, "1: anchor &a is not allowed"),
    "merge key": (changed("    floor", "    <<: {severity: warn}\n    floor"), "9: merge key << is not allowed"),
    "Python object": (changed("0.5", "!!python/object/apply:os.system [exit]"), "9: tag tag:yaml.org,2002:python"),
    "unknown kind": (changed("at_least", "at_lest"), "did you mean 'at_least'?"),
    "an id with a space": (changed("id: accuracy", "id: a b"), "4: clauses[0].id: 'a b'; expected small letters"),
    "a reason that says nothing": (changed("It is sold so", "TODO"), "7: clauses[0].because: states nothing"),
    "no clauses": (GOOD[: GOOD.index("clauses")] + "clauses: []\n", "3: clauses: is empty"),
    "only warnings": (changed("    floor", "    severity: warn\n    floor"), "3: clauses: none has severity block"),
    "floor that cannot fail": (changed("0.5", "0"), "4: clause accuracy: floor 0.0 can never fail"),
    "ceiling that cannot fail": (other("at_most", f"{MEASURED}\n    ceiling: 1"), "4: clause accuracy: ceiling 1.0"),
    "floor that cannot hold": (changed("0.5", "1.5"), "4: clause accuracy: floor 1.5 can never hold"),
    "two bounds": (other("group", f"{GROUP}\n    ceiling: 0.5"), "4: clauses[0]: give either a floor or a ceiling"),
    "more than there are": (other("group", f"{GROUP}\n    of: 2"), "4: clause accuracy: 2 of performance.*"),
    "unknown point of the law": (other("requirement_not_missing", "points: [IV.2.gg]"), "8: clauses[0].points[0]: 'IV"),
    "the case of a point": (other("requirement_not_missing", "points: [iv.2.g]"), "did you mean 'IV.2.g'?"),
    "unknown topic": (other("declaration_present", "topics: [contacts]"), "did you mean 'contact'?"),
    "unknown class": (other("risk_class_is_one_of", "classes: [high_risk]"), "did you mean 'high_risk_annex_iii'?"),
    "unknown suite": (other("suite_at_least", "suite: standart"), "did you mean 'standard'?"),
    "short digest": (other("seal_is_one_of", "seals: ['sha256:12']"), "expected sha256: and 64 digits from 0 to 9"),
    "extends itself": ("extends: policy.yaml\n" + GOOD, "1: extends: 'policy.yaml' comes back to a policy"),
    "extends what is not there": ("extends: absent.yaml\n" + GOOD, "absent.yaml: no such file or directory"),
    "extends a word": ("extends: minimal-rsik\n" + GOOD, "did you mean 'minimal-risk'?"),
    "extends from the root": ("extends: /etc/passwd\n" + GOOD, "1: extends: '/etc/passwd'; expected the name"),
    "extends what is no policy": ("extends: ../../etc/passwd\n" + GOOD, "there are high-risk, minimal-risk"),
    "loosens in silence": (
        "extends: minimal-risk\n" + changed("id: accuracy", "id: better-than-guessing").replace("0.5", "0.4"),
        "5: clause better-than-guessing: floor 0.4 is looser than 0.5 in ",
    ),
    "drops what is not there": ("extends: minimal-risk\ndrops: {al-measured: why}\n" + GOOD, "mean 'all-measured'?"),
    "loosens nothing": ("loosens: {accuracy: because}\n" + GOOD, "loosens and drops need extends"),
}  # fmt: skip


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "audit.zip").write_bytes(bundle("1" * 800 + "0" * 200))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("policy", "line"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_policy_is_one_line_and_exit_code_2(
    policy: str | bytes, line: str, workplace: Path, fmnist_audit: Program
) -> None:
    (workplace / "policy.yaml").write_bytes(policy if isinstance(policy, bytes) else policy.encode())

    answer = fmnist_audit("gate", "audit.zip", "--policy", "policy.yaml", "--output", "verdict", "--format", "json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("fmnist-audit: policy.yaml:")
    assert line in answer.err
    assert len(answer.err.splitlines()) == 1
    assert answer.err.rstrip("\n").isprintable()
    assert not (workplace / "verdict").exists()


WITHOUT_EVIDENCE = {
    "measurement": (changed("performance.accuracy", "performance.acuracy"), "did you mean performance.accuracy?"),
    "check": (changed("performance.accuracy", "perfomance.accuracy"), "did you mean performance?"),
    "group": (other("group", GROUP.replace("performance", "perfomance")), "did you mean performance?"),
    "checks": (other("check_measured", "checks: [performace]"), "did you mean performance?"),
    "claim": (other("claim_supported", "claim: acuracy"), "no claim 'acuracy' is made of the model models:/m/1"),
    "package": (other("library_versions", "packages: {torhc: '>=2'}"), "the record names no version of torhc"),
    "baseline": (other("no_regression", "margin: 0.01"), "name one with --baseline"),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "words"), WITHOUT_EVIDENCE.values(), ids=WITHOUT_EVIDENCE)
def test_what_a_misspelt_name_asks_for_has_no_evidence_and_is_refused(
    policy: str, words: str, workplace: Path, fmnist_audit: Program
) -> None:
    (workplace / "policy.yaml").write_text(policy)

    answer = fmnist_audit("gate", "audit.zip", "--policy", "policy.yaml")

    assert answer.code == 1
    assert "REFUSES: no evidence accuracy (line 4)" in answer.out
    assert words in " ".join(answer.out.split())


HIGH = changed("0.5", "0.99")
WAIVED = {
    "that has expired": (WAIVERS.replace("DAY", "2026-11-02"), "REFUSES: expired waiver of accuracy (waivers line 3)"),
    "for too long": (WAIVERS.replace("DAY", "2027-11-30"), "it runs for 394 days; at most 90 are allowed"),
    "for every model": (WAIVERS.replace("version: 'models:/m/1', ", ""), "it names neither a model's digest nor a"),
    "for another model": (WAIVERS.replace("m/1", "m/2"), "it is for another model than models:/m/1"),
    "not yet granted": (WAIVERS.replace("2026-11-01", "2999-11-01").replace("DAY", "2999-11-02"), "not yet granted"),
    "for a clause that is not there": (WAIVERS.replace("accuracy", "acuracy"), "did you mean 'accuracy'?"),
}  # fmt: skip


@pytest.mark.parametrize(("waivers", "words"), WAIVED.values(), ids=WAIVED)
def test_a_waiver_that_does_not_count_is_told_and_lets_nothing_pass(
    waivers: str, words: str, workplace: Path, fmnist_audit: Program
) -> None:
    (workplace / "policy.yaml").write_text(HIGH)
    (workplace / "waivers.yaml").write_text(waivers.replace("DAY", "2026-11-30"))

    answer = fmnist_audit("gate", "audit.zip", "--policy", "policy.yaml", "--waivers", "waivers.yaml")

    assert answer.code == 1
    assert answer.out.startswith("REFUSED by policy demo")
    assert words in " ".join(answer.out.split())


UNUSABLE_WAIVERS = {
    "without an end": (WAIVERS.replace(", expires: DAY", ""), "3: waivers[0].expires: is missing; add it"),
    "before its beginning": (WAIVERS.replace("DAY", "2026-10-01"), "3: waivers[0]: expires 2026-10-01, before it was"),
    "by nobody": (WAIVERS.replace("A. Person", "''"), "3: waivers[0].approver: states nothing"),
    "until no day": (WAIVERS.replace("DAY", "2026-02-30"), "3: waivers[0].expires: 2026-02-30 is no day of"),
    "for every clause": (WAIVERS.replace("accuracy", "'*'"), "3: waivers[0].clause: '*'; expected small letters"),
    "for years": (WAIVERS.replace("90", "9999"), "1: max_days: 9999: should be less than or equal to 366"),
    "in an empty file": ("", "1: the file is empty"),
}  # fmt: skip


@pytest.mark.parametrize(("waivers", "line"), UNUSABLE_WAIVERS.values(), ids=UNUSABLE_WAIVERS)
def test_a_waiver_that_cannot_be_read_stops_the_gate(
    waivers: str, line: str, workplace: Path, fmnist_audit: Program
) -> None:
    (workplace / "policy.yaml").write_text(HIGH)
    (workplace / "waivers.yaml").write_text(waivers.replace("DAY", "2026-11-30"))

    answer = fmnist_audit("gate", "audit.zip", "--policy", "policy.yaml", "--waivers", "waivers.yaml")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"fmnist-audit: waivers.yaml:{line}")
    assert len(answer.err.splitlines()) == 1


def test_a_policy_with_a_byte_order_mark_is_read(workplace: Path, fmnist_audit: Program) -> None:
    (workplace / "policy.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert fmnist_audit("gate", "audit.zip", "--policy", "policy.yaml").code == 0


def test_checking_a_policy_tells_of_a_claim_that_nobody_makes(workplace: Path, fmnist_audit: Program) -> None:
    (workplace / "policy.yaml").write_text(other("claim_supported", "claim: acuracy"))

    answer = fmnist_audit("policy", "check", "policy.yaml")

    assert answer.code == 0
    assert answer.err.startswith("fmnist-audit: policy.yaml:4: clause accuracy: ")
    assert answer.err.endswith("claims.yaml makes no claim 'acuracy'; did you mean 'accuracy'?\n")
