"""A broken file leaves nothing behind, and every fault is named by its place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from ppflow.db import Base, db
from ppflow.importing.loading import import_file
from ppflow.importing.reading import BrokenFile

pytestmark = pytest.mark.sqlite_only

FIRST = "id: P01\n    number: 1\n"
OPENS = "    opens_on: 2026-11-09\n    closes_on: 2026-12-14\n"
CASES = {
    "an unknown person": (
        ("facilitator: ellen.sample", "facilitator: x"),
        "projects[0].facilitator: there is no person 'x'",
    ),
    "an unknown organisation": (
        ("organisations: [rrdn-wm, mpft, keele]", "organisations: [rrdn-wm, nowhere]"),
        "projects[0].organisations[1]: there is no organisation 'nowhere'",
    ),
    "an unknown theme": (
        ("    theme: workforce\n", "    theme: wrokforce\n"),
        "projects[0].theme: there is no theme 'wrokforce'",
    ),
    "an unknown target": (
        ("target: O05", "target: O99"),
        "sample_eois[0].target: there is no opportunity or project or workshop 'O99'",
    ),
    "an unknown key": (
        (FIRST, f"{FIRST}    titel: A slip\n"),
        "projects[0].titel: this key is not known here; did you mean 'title'?",
    ),
    "a missing key": (
        ("    slug: growing-research-careers\n", ""),
        "projects[0].slug: this is missing",
    ),
    "a wrong type": (
        (FIRST, "id: P01\n    number: one\n"),
        "projects[0].number: this must be a whole number, not text",
    ),
    "a list where text belongs": (
        ("    name: Asha Sample\n", "    name: [Asha, Sample]\n"),
        "people[0].name: this must be text, not a list",
    ),
    "an id twice": (
        ("  - id: P04\n", "  - id: P01\n"),
        "projects[3].id: the project 'P01' is already at projects[0].id",
    ),
    "an address twice": (
        ("slug: future-chief-investigators", "slug: growing-research-careers"),
        "projects[1].slug: the project address 'growing-research-careers' is already at "
        "projects[0].slug",
    ),
    "a number twice": (
        ("  - id: P02\n    number: 2\n", "  - id: P02\n    number: 1\n"),
        "projects[1].number: the number 1 stands twice in wm-progression-plan",
    ),
    "an email address twice": (
        ("email: ben.specimen@example.org", "email: asha.sample@example.org"),
        "people[1].email: the email address 'asha.sample@example.org' is already at "
        "people[0].email",
    ),
    "no email address": (
        ("email: ben.specimen@example.org", "email: ben"),
        "people[1].email: 'ben' is not an email address",
    ),
    "a word not in the list": (
        ("    stage: delivering\n", "    stage: flying\n"),
        "projects[0].stage: 'flying' is not one of proposed, facilitator_assigned, documented, "
        "delivering, outputs_emerging, completed",
    ),
    "no such day": (
        ("    started: 2025-09-19\n", "    started: 2025-02-30\n"),
        "line 449: '2025-02-30' cannot be used: day is out of range for month",
    ),
    "a day in other words": (
        ("    started: 2025-09-19\n", "    started: next Friday\n"),
        "projects[0].started: 'next Friday' is not a day; write it as 2026-11-23",
    ),
    "an end before the beginning": (
        (OPENS, "    opens_on: 2026-11-09\n    closes_on: 2026-11-01\n"),
        "opportunities[0].closes_on: this is before opens_on",
    ),
    "a slug with capitals": (
        ("slug: community-champions", "slug: Community_Champions"),
        "opportunities[0].slug: 'Community_Champions' is not made of small letters, digits and "
        "single hyphens",
    ),
    "a coordinator of nothing": (
        ("    coordinates: all\n", ""),
        "people[0].coordinates: say which programmes, or all",
    ),
    "a deputy for oneself": (
        ("    deputy: farid.specimen\n", "    deputy: ellen.sample\n"),
        "projects[0].deputy: the facilitator cannot be their own deputy",
    ),
    "a kind that does not fit": (
        ("kind: ppie_contributor\n    target: O05", "kind: research_need\n    target: O05"),
        "sample_eois[0].kind: O05 asks for ppie_contributor, not research_need",
    ),
    "a part to come is checked too": (
        ("    capacity: 40\n", "    capacity: many\n"),
        "workshops[0].capacity: this must be a whole number, not text",
    ),
    "a negative number of places": (
        ("    places: 12\n", "    places: 0\n"),
        "opportunities[0].places: this must be 1 or more",
    ),
    "an empty text": (
        ("title: Become a community research champion", "title: ' '"),
        "opportunities[0].title: this is empty",
    ),
    "an email address twice, in other letters": (
        ("email: ben.specimen@example.org", "email: Asha.Sample@Example.org"),
        "people[1].email: the email address 'asha.sample@example.org' is already at "
        "people[0].email",
    ),
    "an email address with more behind it": (
        ("email: ben.specimen@example.org", 'email: "ben@example.org?bcc=<x@example.org>"'),
        "people[1].email: 'ben@example.org?bcc=<x@example.org>' is not an email address",
    ),
    "an address that runs code": (
        (
            "due: 2026-12-21, status: in_progress}",
            "due: 2026-12-21, status: in_progress, output_url: 'javascript:alert(1)'}",
        ),
        "projects[10].action_plan[1].activities[0].output_url: 'javascript:alert(1)' is not a web "
        "address that begins with https://",
    ),
    "an address of our own": (
        ("slug: community-champions", "slug: new"),
        "opportunities[0].slug: a page of ours has the address 'new'; choose another",
    ),
    "a project at our own address": (
        ("slug: growing-research-careers", "slug: new"),
        "projects[0].slug: a page of ours has the address 'new'; choose another",
    ),
    "a reference with a path in it": (
        ("  - reference: PP-0001\n", "  - reference: PP/../1\n"),
        "sample_eois[0].reference: 'PP/../1' is not a reference such as PP-0001",
    ),
    "a plan by other numbers": (
        ("    - ref: '1.0'\n", "    - ref: first\n"),
        "projects[0].action_plan[0].ref: 'first' is not a number such as 1.2",
    ),
    "a number that no database holds": (
        (FIRST, "id: P01\n    number: 99999999999999999999\n"),
        "projects[0].number: this must be 1,000,000 or less",
    ),
    "a year of another age": (
        ("    started: 2025-09-19\n", "    started: 9999-09-19\n"),
        "projects[0].started: the year must be from 1900 to 2199",
    ),
    "a question about who the person is": (
        ("    - {id: why, label", "    - {id: email, label"),
        "opportunities[0].questions[0].id: the form asks 'email' of everyone in its own words",
    ),
    "too many stages": (
        (
            "  milestones:\n",
            "  milestones:\n"
            + "".join(
                f"  - {{stage: {n}, title: T, text: T, state: done}}\n" for n in range(20, 81)
            ),
        ),
        "programme.milestones: this holds 67, and the most is 60",
    ),
    "a number of an activity twice": (
        ("      - ref: '1.2'\n", "      - ref: '1.1'\n"),
        "projects[0].action_plan[0].activities[1].ref: the number '1.1' stands twice",
    ),
    "a negative sum": (
        ("      amount_gbp: 27.5\n", "      amount_gbp: -1\n"),
        "opportunities[0].payment.amount_gbp: this must be 0 or more, and less than a million",
    ),
    "yes in words": (
        ("    real: true\n", "    real: certainly\n"),
        "organisations[0].real: this must be true or false, not text",
    ),
    "an open form without a date": (
        ("    reply_by: 2026-11-26\n", ""),
        "sample_eois[0].reply_by: an open expression needs the date of our reply",
    ),
    "another version of the format": (
        ("schema_version: 1", "schema_version: 2"),
        "meta.schema_version: only version 1 can be read",
    ),
}


def rows() -> int:
    return sum(
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    )


@pytest.mark.parametrize("case", CASES)
def test_one_fault_is_one_line_and_nothing_is_written(
    case: str, app: Flask, sample_with: Callable[..., Path]
) -> None:
    change, line = CASES[case]
    with pytest.raises(BrokenFile) as broken:
        import_file(sample_with(change))
    assert broken.value.lines == [line]
    assert rows() == 0


def test_all_faults_are_told_in_the_files_order(
    app: Flask, sample_with: Callable[..., Path]
) -> None:
    with pytest.raises(BrokenFile) as broken:
        import_file(
            sample_with(
                CASES["an unknown target"][0],
                CASES["an unknown person"][0],
                CASES["a wrong type"][0],
                CASES["an email address twice"][0],
            )
        )
    assert broken.value.lines == [
        CASES["an email address twice"][1],
        CASES["a wrong type"][1],
        CASES["an unknown person"][1],
        CASES["an unknown target"][1],
    ]


def test_code_in_a_file_is_refused(app: Flask, sample_with: Callable[..., Path]) -> None:
    with pytest.raises(BrokenFile, match=r"line \d+, column \d+: this is not plain YAML"):
        import_file(
            sample_with(("    stage: delivering\n", "    stage: !!python/name:os.system\n"))
        )


def test_a_key_twice_is_refused_by_its_line(app: Flask, sample_with: Callable[..., Path]) -> None:
    with pytest.raises(BrokenFile, match=r"^line \d+: the key 'number' stands twice$"):
        import_file(sample_with((FIRST, f"{FIRST}    number: 7\n")))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "the file is empty"),
        ("just words", "this must be a group of keys, not text"),
        ("a: [1, 2", "not plain YAML"),
        ("a: &x [1]\nb: *x", "line 1: this is used again by an alias"),
        ("[" * 200 + "]" * 200, "nested deeper than 20 levels"),
        ("{}", "meta: this is missing"),
        ("? [a, b]\n: 1", "a key must be one word"),
    ],
)
def test_what_is_no_programme_at_all(text: str, line: str, app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(BrokenFile) as broken:
        import_file(file)
    assert line in str(broken.value)


def test_no_file_a_folder_or_no_text(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    for file, words in (
        (tmp_path / "none.yaml", "it cannot be read: No such file or directory"),
        (tmp_path, "it cannot be read: Is a directory"),
        (tmp_path / "latin.yaml", "this file is not text in UTF-8"),
    ):
        with pytest.raises(BrokenFile, match=words):
            import_file(file)
