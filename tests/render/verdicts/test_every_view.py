"""Every view of a verdict says the same, to the last digit, and no text in it means anything but itself."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from fmnist_governance.render.text import visible
from fmnist_governance.render.verdicts.catalog import VERDICTS, View
from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, remarks
from fmnist_governance.render.verdicts.safe_text import safe

BY_NAME = {view.name: view for view in VERDICTS}
Said = set[tuple[str, str]]
"""Effect and message of each remark."""


@pytest.mark.parametrize("view", VERDICTS, ids=lambda view: view.name)
def test_the_same_verdict_gives_the_same_bytes(view: View, judged: JudgedRun) -> None:
    text = view.render(judged)

    assert view.render(judged) == text
    assert text.endswith("\n")
    assert text.encode()


@pytest.mark.parametrize("view", VERDICTS, ids=lambda view: view.name)
def test_no_view_holds_a_character_that_cannot_be_seen(view: View, judged: JudgedRun) -> None:
    assert all(line.isprintable() for line in view.render(judged).split("\n"))


def test_names_and_files_are_unique() -> None:
    assert len({view.name for view in VERDICTS}) == len({view.filename for view in VERDICTS}) == len(VERDICTS)


def from_markdown(text: str) -> Said:
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert not re.search(r"<(script|img|a|testcase)\b|<!--", page), page
    rows = re.findall(r"<tr>\n(.*?)</tr>", page.split("<tbody>")[1] if "<tbody>" in page else "", re.DOTALL)
    cells = [[html.unescape(re.sub(r"<[^>]*>", "", c)) for c in re.findall(r"<td>(.*?)</td>", row)] for row in rows]
    assert all(len(row) == 5 for row in cells)
    return {(row[0], row[3]) for row in cells}


def from_junit(text: str) -> Said:
    found: Said = set()
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314 - it was just written
        if (failure := case.find("failure")) is not None:
            found.add(("refuses", failure.attrib["message"]))
        elif (skipped := case.find("skipped")) is not None:
            word, _, message = skipped.attrib["message"].partition(" ")
            found.add((word, message.split("): ", 1)[1]))
    return found


def from_sarif(text: str) -> Said:
    found: Said = set()
    for result in json.loads(text)["runs"][0]["results"]:
        effect = "refuses" if result["level"] == "error" else "waived" if "suppressions" in result else "warns"
        message = result["message"]["text"].split(": ", 1)[1]
        if "](" in message:
            message = message.replace("\\[", "[").replace("\\]", "]").replace("\\\\", "\\")
        found.add((effect, message.replace("{{", "{").replace("}}", "}")))
    return found


def from_github(text: str) -> Said:
    effects = {"error": "refuses", "warning": "warns", "notice": "waived"}
    found: Said = set()
    for line in text.splitlines()[1:]:
        command = re.fullmatch(r"::(\w+) file=([^,:]*),line=(\d+),title=([^,:]*)::(.*)", line)
        assert command, line
        message = command[5].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        found.add((effects[command[1]], message))
    return found


def from_gitlab(text: str) -> Said:
    effects = {"blocker": "refuses", "minor": "warns", "info": "waived"}
    return {
        (effects[row["severity"]], row["description"].split(": ", 1)[1].rpartition(" (")[0]) for row in json.loads(text)
    }


READERS: dict[str, tuple[Callable[[str], Said], Callable[[str], str]]] = {
    "markdown": (from_markdown, visible),
    "junit": (from_junit, safe),
    "sarif": (from_sarif, safe),
    "github": (from_github, safe),
    "gitlab": (from_gitlab, safe),
}


@pytest.mark.parametrize("name", READERS)
def test_each_message_can_be_read_back_to_the_last_digit(name: str, judged: JudgedRun) -> None:
    read, shown = READERS[name]
    wanted = {(str(r.effect), shown(r.message)) for r in remarks(judged) if r.effect is not Effect.PASSED}

    found = read(BY_NAME[name].render(judged))

    assert {pair for pair in found if pair[0] != "passed"} == wanted


@pytest.mark.parametrize("name", ["junit", "sarif", "github", "gitlab", "in-toto"])
def test_a_refusal_is_seen_in_every_format(name: str, judged: JudgedRun) -> None:
    text = BY_NAME[name].render(judged)

    marks = {"junit": "<failure ", "sarif": '"level": "error"', "github": "::error ", "gitlab": '"severity": "blocker"'}
    assert (marks.get(name, '"result": "FAILED"') in text) is not judged.verdict.passed
