"""What a person sees who writes a rule wrongly: the line, the place, what was found, what was expected."""

from pathlib import Path

import pytest
import yaml

from recommender.errors import InvalidRuleset, describe
from recommender.rules.load import load_ruleset, parse_ruleset, starter_ruleset

GOOD = """\
id: mine
version: 1.0.0
rules:
  - id: cost
    effect: exclude
    when: [{field: budget, any_of: [none]}]
    test: {op: among, support: cost, values: [paid]}
    because: {met: "Costs.", missed: "{support}", unknown: "{team}"}
  - id: focus
    effect: prefer
    weight: 0.5
    test: {op: overlaps, team: focus_areas, support: focus_areas}
    because: {met: "{shared}", missed: "No.", unknown: "?"}
"""


def faults_of(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidRuleset) as caught:
        parse_ruleset(text, file="mine.yaml")
    return [describe(fault) for fault in caught.value.faults]


def test_the_good_rules_load() -> None:
    assert [rule.id for rule in parse_ruleset(GOOD, file="mine.yaml").rules] == ["cost", "focus"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "field: budget",
            "field: budgt",
            "mine.yaml:6 /rules/0/when/0/field: 'budgt' is not allowed here. Did you mean 'budget'?",
        ),
        (
            "field: budget",
            "field: pct_low_income",
            "mine.yaml:6 /rules/0/when/0/field: 'pct_low_income' is demographic; such fields may not be used in rules",
        ),
        (
            "team: focus_areas",
            "team: locale",
            "mine.yaml:12 /rules/1/test/team: 'locale' is demographic; such fields may not be used in rules",
        ),
        (
            "values: [paid]",
            "values: [payd]",
            "mine.yaml:7 /rules/0/test/values/0: 'payd' is not allowed here. Did you mean 'paid'? "
            "Expected one of: free, paid, mixed",
        ),
        (
            "any_of: [none]",
            "any_of: [zero]",
            "mine.yaml:6 /rules/0/when/0/any_of/0: 'zero' is not allowed here. Expected one of: "
            "none, under-1000, 1000-9999, 10000-49999, 50000-plus",
        ),
        (
            "op: among",
            "op: amongst",
            "mine.yaml:7 /rules/0/test/op: 'amongst' is not allowed here. Did you mean 'among'? "
            "Expected one of: overlaps, language_range, among, exactly, within, fresh, mapped, at_least",
        ),
        ("op: among, ", "", "mine.yaml:7 /rules/0/test/op: This is required, but missing."),
        ("values: [paid]", "value: [paid]", "mine.yaml:7 /rules/0/test/values: This is required, but missing."),
        (
            "effect: exclude",
            "effect: forbid",
            "mine.yaml:5 /rules/0/effect: 'forbid' is not allowed here. Expected one of: require, "
            "exclude, prefer, discourage",
        ),
        (
            "effect: exclude",
            "effect: exclude\n    weight: 0.1",
            "mine.yaml:6 /rules/0/weight: A rule with the effect exclude decides eligibility; expected no weight",
        ),
        ("    weight: 0.5\n", "", "mine.yaml:9 /rules/1: A rule with the effect prefer needs a weight"),
        ("weight: 0.5", "weight: -1", "mine.yaml:11 /rules/1/weight: Expected 0 or more; found -1"),
        (
            "weight: 0.5",
            "weight: .nan",
            "mine.yaml:11 /rules/1/weight: Expected a number, or a number per kind; found '.nan'",
        ),
        (
            "weight: 0.5",
            "weight: {resource: 0.5}",
            "mine.yaml:11 /rules/1/weight: No weight for the kind provider",
        ),
        (
            '    because: {met: "{shared}", missed: "No.", unknown: "?"}\n',
            "",
            "mine.yaml:9 /rules/1/because: This is required, but missing.",
        ),
        (
            'unknown: "?"',
            'unknown: "{who}"',
            "mine.yaml:13 /rules/1/because/unknown: Unknown placeholder {who}; expected {team}, {support} or {shared}",
        ),
        (
            '"Costs."',
            '"{shared}"',
            "mine.yaml:8 /rules/0/because/met: The test gives no value for {shared}",
        ),
        (
            "    effect: prefer",
            "    efect: prefer\n    effect: prefer",
            "mine.yaml:10 /rules/1/efect: 'efect' is not a field here",
        ),
        (
            "id: focus",
            "id: cost",
            "mine.yaml:9 /rules/1/id: The id 'cost' is already used by rule 1; expected a new one",
        ),
        (
            "id: focus",
            "id: My Focus",
            "mine.yaml:9 /rules/1/id: Expected lowercase words or numbers joined by '-'; found 'My Focus'.",
        ),
        (
            "team: focus_areas",
            "team: budget",
            "mine.yaml:12 /rules/1/test: The fields budget and focus_areas have no word in common",
        ),
        (
            "team: focus_areas, support: focus_areas",
            "team: languages, support: language",
            "mine.yaml:12 /rules/1/test/op: Languages are ranges of tags; expected the test language_range",
        ),
        (
            "support: focus_areas}",
            "support: focus_areas, wildcard: any}",
            "mine.yaml:12 /rules/1/test/wildcard: 'any' is not allowed here. Expected one of 21 "
            "words: on-track-grade-8",
        ),
        (
            "support: cost, values",
            "support: checked_on, values",
            "mine.yaml:7 /rules/0/test/support: 'checked_on' is a date; expected the test fresh",
        ),
        (
            "op: overlaps, team: focus_areas, support: focus_areas",
            'op: mapped, team: evidence_rule, support: cost, table: {"yes": [free]}',
            "mine.yaml:12 /rules/1/test/table: No row for no; expected every word of evidence_rule",
        ),
        (
            "support: cost, values: [paid]",
            "support: duration, values: [short]",
            "mine.yaml:1 /durations: No duration for toolkit, guide, practice-guide",
        ),
        (
            "any_of: [none]",
            "any_of: [none], only: [none]",
            "mine.yaml:6 /rules/0/when/0: A condition takes either any_of",
        ),
        ("version: 1.0.0", "version: one", "mine.yaml:2 /version: Expected a version such as 1.0.0; found 'one'"),
        ("id: mine\n", "", "mine.yaml:1 /id: This is required, but missing."),
        ("id: mine", "id: mine\nlabels: {mathh: maths}", "mine.yaml:2 /labels/mathh: No field has the word 'mathh'"),
        ("id: mine", "id: mine\nid: yours", "mine.yaml:2 /id: The key is given twice."),
        ("[paid]}", "[paid}", "mine.yaml:7: Not YAML: did not find expected ',' or ']'"),
        ("any_of: [none]", "any_of: none", "mine.yaml:6 /rules/0/when/0/any_of: Expected a list; found 'none'"),
        (
            "[paid]",
            "!!binary aGk=",
            "mine.yaml:7 /rules/0/test/values: Expected text, a number, true, false or null; found "
            "the tag tag:yaml.org,2002:binary",
        ),
    ],
)
def test_a_wrong_ruleset_says_where_and_what(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    faults = faults_of(GOOD.replace(old, new))
    assert any(fault.startswith(said) for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.yaml: Expected a ruleset; found null"),
        ("- a", "mine.yaml:1: Expected a ruleset; found a list"),
        (b"\xff\xfe\x00", "mine.yaml: Not YAML: "),
        ("a: &x [1]\nb: *x", "mine.yaml:1 /b: Anchors and aliases are not read; write the values out"),
        ("a: &x [*x]", "mine.yaml:1 /a/0: Anchors and aliases are not read; write the values out"),
        ("[" * 5000, "mine.yaml:2: Not YAML: "),
        ("id: a\nversion: 1.0.0\nrules: []", "mine.yaml:3 /rules: Expected at least 1 entry; found 0"),
        ("id: a\nversion: 1.0.0\nrules: 7", "mine.yaml:3 /rules: Expected a list; found 7"),
        ("id: a\nversion: 1.0.0\nrules: [7]", "mine.yaml:3 /rules/0: Expected an object; found 7"),
    ],
)
def test_a_file_that_is_no_ruleset_is_a_fault(text: str | bytes, said: str) -> None:
    assert any(fault.startswith(said) for fault in faults_of(text))


def test_one_report_lists_the_faults_of_all_rules_by_line() -> None:
    text = GOOD.replace("values: [paid]", "values: [payd]").replace("weight: 0.5", "weight: -1").replace("1.0.0", "one")
    assert [fault.split(": ")[0] for fault in faults_of(text)] == [
        "mine.yaml:2 /version",
        "mine.yaml:7 /rules/0/test/values/0",
        "mine.yaml:11 /rules/1/weight",
    ]


def test_words_that_older_yaml_reads_as_booleans_stay_words() -> None:
    text = GOOD.replace(
        "{op: among, support: cost, values: [paid]}", "{op: among, support: equity_centered, values: [no]}"
    )
    assert parse_ruleset(text, file="mine.yaml").rules[0].test.values == ("no",)  # type: ignore[union-attr]


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidRuleset, match="No such file or directory"):
        load_ruleset(tmp_path / "none.yaml")


def test_a_file_loads_as_its_text_does(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert load_ruleset(tmp_path / "mine.yaml") == parse_ruleset(GOOD, file="mine.yaml")


def test_loading_what_was_dumped_gives_the_same_rules() -> None:
    rules = starter_ruleset()
    assert parse_ruleset(yaml.safe_dump(rules.model_dump(mode="json", exclude_none=True)), file="copy.yaml") == rules
