from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from browsed import Open, Seen
from reports import bare_report, make_assessment, make_declarations, make_record, make_report, make_verdict, odd_report

from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.bundle.verify import evidence
from fmnist_governance.pipeline.assessing import stored
from fmnist_governance.pipeline.documenting import chosen, rendered
from fmnist_governance.pipeline.documenting import report as gathered
from fmnist_governance.render.renderer import Report

ROOT = Path(__file__).parents[2]
ARABIC = "\u0642\u0645\u064a\u0635"


def sample() -> Report:
    bundle = open_folder(ROOT / "reports" / "sample")
    record, seal = evidence(bundle)
    concluded = stored({path: bundle.load(path) for path in bundle.paths("assessments/")}, seal)[-1]
    return gathered(record, concluded, bundle.read, run=bundle.run_id, seal=seal)


def crowded() -> Report:
    names = tuple(f"{ARABIC if k % 2 else ''} class {k} " + "n" * 60 for k in range(100))
    record = make_record(names)
    return make_report(record, make_assessment(make_declarations(), make_verdict(), record))


@pytest.fixture(scope="session")
def reports() -> Mapping[str, Report]:
    return {"sample": sample(), "bare": bare_report(), "crowded": crowded(), "odd": odd_report("<b>x</b>" + "y" * 80)}


@pytest.fixture(scope="session")
def written(reports: Mapping[str, Report], tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Path]:
    """Every page of the example, side by side, and the report and the card of every other one, each alone."""
    files = {}
    for name, known in reports.items():
        folder = tmp_path_factory.mktemp(name)
        asked = () if name == "sample" else ("report", "model_card")
        together = [chosen(asked, ("html",))] if name == "sample" else [chosen((one,), ("html",)) for one in asked]
        for renderers in together:
            for file, page in rendered(renderers, known).items():
                (folder / file).write_bytes(page)
                files[name, file.removesuffix(".html")] = folder / file
    return files


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        program = shutil.which("chromium")
        assert program, "these tests need Debian's chromium: apt-get install chromium"
        chromium = started.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, written: Mapping[tuple[str, str], Path]) -> Iterator[Open]:  # noqa: ANN401 - untyped here
    contexts = []

    def open_page(name: str, document: str = "report", width: int = 1280, scheme: str = "light", **more: Any) -> Seen:  # noqa: ANN401 - the browser's options
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **more)
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda message: seen.said.append(message.text))
        seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.said.append(dialog.message))
        seen.page.on("request", lambda request: seen.asked.append(request.url[:80]))
        seen.page.goto(written[name, document].as_uri())
        return seen

    yield open_page
    for context in contexts:
        context.close()
