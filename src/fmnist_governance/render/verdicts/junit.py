"""A verdict as JUnit XML: a test case for each clause."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, Remark, answer, reason, remarks
from fmnist_governance.render.verdicts.safe_text import safe


def render(judged: JudgedRun) -> str:
    """Return a verdict as one suite.

    A clause that refuses is a failure. JUnit knows no warning, so one that only warns, and one that is waived, is
    shown as skipped, with the reason; a clause that was judged is never left out.
    """
    found = remarks(judged)
    top = ET.Element("testsuites")
    suite = ET.SubElement(top, "testsuite", _counts(judged, found))
    _properties(suite, judged)
    for remark in found:
        suite.append(_case(judged, remark))
    ET.SubElement(suite, "system-out").text = safe(f"{answer(judged.verdict)}. {reason(judged.verdict)}")
    ET.SubElement(suite, "system-err").text = ""
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _counts(judged: JudgedRun, found: tuple[Remark, ...]) -> dict[str, str]:
    failures = sum(remark.effect is Effect.REFUSES for remark in found)
    passed = sum(remark.effect is Effect.PASSED for remark in found)
    return {
        "name": safe(judged.verdict.policy.name),
        "package": "fmnist-audit",
        "id": "0",
        "timestamp": judged.as_of.removesuffix("Z"),
        "hostname": "localhost",
        "tests": str(len(found)),
        "failures": str(failures),
        "errors": "0",
        "skipped": str(len(found) - failures - passed),
        "time": "0",
    }


def _properties(suite: ET.Element, judged: JudgedRun) -> None:
    properties = ET.SubElement(suite, "properties")
    facts = {
        "model": judged.record.subject.uri,
        "model_digest": judged.record.subject.digest,
        "run": judged.run,
        "seal": judged.seal,
        "policy_digest": judged.verdict.policy.digest,
    }
    for name, value in facts.items():
        ET.SubElement(properties, "property", {"name": name, "value": safe(value)})


def _case(judged: JudgedRun, remark: Remark) -> ET.Element:
    place = {"name": safe(remark.name), "classname": safe(judged.verdict.policy.name), "time": "0"}
    case = ET.Element("testcase", place)
    if remark.effect is Effect.REFUSES:
        failure = ET.SubElement(case, "failure", {"message": safe(remark.message), "type": remark.outcome})
        because = f"{safe(remark.title)}\nBecause: {safe(remark.because)}\nNext: {remark.next}"
        failure.text = f"{because}\nWhere: {safe(remark.path)}:{remark.line}"
    elif remark.effect is not Effect.PASSED:
        text = f"{remark.effect} ({remark.outcome}): {safe(remark.message)}"
        ET.SubElement(case, "skipped", {"message": text})
    return case
