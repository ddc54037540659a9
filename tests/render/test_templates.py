from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from fmnist_governance.config.shipped import shipped
from fmnist_governance.render import templates
from fmnist_governance.render.templates import TemplateError, check_page, check_words


def printed(source: str, **values: object) -> str:
    return templates._environment(templates._in_markdown).from_string(source).render(**values)


@pytest.mark.parametrize(
    "source",
    ["Accuracy is 93 %.", "{{ 93 }}", "{{ '93 %' }}", "{{ a + b }}", "{{ -a }}", "{{ a ~ b }}", "{{ a.upper() }}",
     "{% if a > 0.9 %}good{% endif %}", "{% set a = 7 %}", "{% set a = {'k': '7'} %}{{ a['k'] }}", "{{ a[0] }}"],
)  # fmt: skip
def test_a_template_with_a_number_of_its_own_fails_the_build(source: str) -> None:
    with pytest.raises(TemplateError, match=r"bad\.md\.j2:1"):
        check_words(source, "bad.md.j2")


def test_loops_choices_and_macros_are_what_a_template_is_for() -> None:
    check_words("{% macro m(a) %}{{ a.b | cell }}{% endmacro %}{% for x in y %}{{ m(x) }}{% endfor %}", "good.md.j2")


@pytest.mark.parametrize("value", [93, 0.93, True, None, ["93"], b"93"])
def test_a_bare_value_is_refused_when_it_is_printed(value: object) -> None:
    with pytest.raises(TemplateError, match="is no text"):
        printed("{{ value }}", value=value)


def test_a_loop_counter_is_refused_when_it_is_printed() -> None:
    with pytest.raises(TemplateError, match="is no text"):
        printed("{% for x in y %}{{ loop.index }}{% endfor %}", y=["a"])


def test_a_misspelt_variable_fails() -> None:
    with pytest.raises(UndefinedError, match="vlaue"):
        printed("{{ vlaue }}", value="x")


def test_text_is_escaped_where_nobody_asked_for_it() -> None:
    assert printed("{{ value }}", value="<b>|*x*") == r"\<b\>\|\*x\*"


def test_no_filter_can_compute() -> None:
    assert set(templates._environment(templates._in_page).filters) == {"cell", "code", "literal", "verbatim", "path"}


@pytest.mark.parametrize("file", sorted(shipped("templates").rglob("*.j2")), ids=lambda file: Path(file).name)
def test_no_shipped_template_praises(file: Path) -> None:
    words = file.read_text(encoding="utf-8").lower()

    for praise in ("state of the art", "state-of-the-art", "excellent", "compliant", "trustworthy", "best-in"):
        assert praise not in words


@pytest.mark.parametrize("words", ["It is state of the art.", "Fully compliant.", "A robust model."])
def test_a_template_that_praises_is_refused(words: str) -> None:
    with pytest.raises(TemplateError, match="judges quality"):
        check_words(words, "a.md.j2")


@pytest.mark.parametrize(
    "source", ["<p>93 %</p>", "<p class='a1'>{{ x + y }}</p>", "<p>{{ '93' }}</p>", "<h2>An excellent model</h2>"]
)
def test_a_page_with_a_number_of_its_own_fails_the_build(source: str) -> None:
    with pytest.raises(TemplateError, match=r"bad\.html\.j2:1"):
        check_page(source, "bad.html.j2")


def test_digits_in_tags_and_style_are_no_numbers() -> None:
    check_page("<style>p { margin: 1em }</style><h2 id='a1'>{{ title }}</h2><td colspan='2'>", "good.html.j2")
