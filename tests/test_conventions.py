"""The rules of the house, kept by tests whose failure teaches the rule. README says why."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from ppflow import access
from ppflow.kinds import KINDS
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Visitor

TOP = Path(__file__).resolve().parent.parent
CODE = sorted(
    path for path in (TOP / "ppflow").rglob("*.py") if "migrations/versions" not in path.as_posix()
)
TEMPLATES = sorted((TOP / "templates").rglob("*.*"))
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 250, 40, 150

# From the floor up: a room imports only rooms that stand earlier. Routes may read any room.
HOUSE = """
errors config db statements migrations clock ics keys events access headers workflow search sessions
outbox letters checks forms site web fields filters listing ready limits logs faults health
people programmes projects opportunities kinds applicants answers
expressions routing places releasing talks erasing handling tagging replies digests
registering sending monitoring entering visiting choosing status correcting rights
saved triage deciding bulk exporting mailing home settings ruling teams shortcuts editing
help mailbox
importing sample_data cli
"""
ORDER = HOUSE.split()
SLICE_FILES = {
    "__init__",
    "models",
    "workflow",
    "acts",
    "forms",
    "routes",
    "queries",
    "mail",
    "jobs",
    "words",
}
# Rooms with file names of their own, and why: the floor's post, data by kind, the heart's effects,
# who gets a form, one act on many with its letters, the decision page's putting together, the
# queue's counts, what is edited by thing, the applicant's own pages, the commands.
OWN_FILES = {
    "bulk", "cli", "deciding", "digests", "editing", "erasing", "expressions", "home", "importing",
    "kinds", "mailbox", "migrations", "outbox", "routing", "sample_data", "triage", "visiting",
}  # fmt: skip
MAY_READ_ANY = {"routes"}
NO_PAGES = {"static", "health.readyz"}  # files; and 503 is what readyz must say without a worker


def room_of(path: Path) -> str:
    inside = path.relative_to(TOP / "ppflow").parts
    return inside[0] if len(inside) > 1 else path.stem


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Rooms of ours that a file imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ppflow"):
            parts = (node.module or "").split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(TOP).as_posix())
def test_a_file_fits_its_room(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    room = room_of(path)
    lines = len(text.splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: the design wants a new room; find its name"
    for function in functions_of(tree):
        long = (function.end_lineno or 0) - function.lineno + 1
        assert long <= LONGEST_FUNCTION, f"{function.name} has {long} lines; give a part a name"
    assert text.count('"""') >= 2 or not text.strip(), "say in a docstring what this file is for"
    if path.stem == "__init__" and path.parent.name == "ppflow":
        return
    assert room in ORDER, f"{room} has no place in the house's order"
    if path.parent.name == room and room not in OWN_FILES:
        assert path.stem in SLICE_FILES, f"slices use only {sorted(SLICE_FILES)}"
    if path.stem not in MAY_READ_ANY and room != "cli":
        late = {r for r in imports_of(tree) if r in ORDER and ORDER.index(r) > ORDER.index(room)}
        assert not late, f"{room} stands before {sorted(late)}; give it a callable at start"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(TOP).as_posix())
def test_a_template_is_short_and_holds_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_TEMPLATE
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script>|javascript:", text)
    if "mail" not in path.parts:
        assert "| safe" not in text
        assert "|safe" not in text


def test_every_template_compiles(app: Flask) -> None:
    for path in TEMPLATES:
        app.jinja_env.get_template(path.relative_to(TOP / "templates").as_posix())


@pytest.mark.sqlite_only
def test_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        fixed = re.sub(r"<[^>]+>", "", rule.rule)
        assert re.fullmatch(r"[a-z0-9/.-]*", fixed), rule.rule


def route_table(app: Flask) -> str:
    """Every route with its methods and who may ask for it, as the reviewed file says it."""
    lines = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        mark = access.mark_of(app, rule.endpoint)
        lines.append(f"{methods:9} {rule.rule:60} {mark.words if mark else 'UNMARKED'}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.mark.sqlite_only
def test_the_route_table_is_the_reviewed_one(app: Flask) -> None:
    reviewed = (TOP / "tests" / "routes.txt").read_text()
    assert route_table(app) == reviewed, (
        "A route or its guard changed. Review it, then write the new table: "
        "python -m tests.test_conventions"
    )


def everybody(cast: Cast) -> dict[str, Staff]:
    return {
        "facilitator": cast.facilitator,
        "coordinator": cast.coordinator,
        "administrator": cast.administrator,
        "board": cast.board_member,
        "outsider": cast.outsider,
    }


@pytest.mark.sqlite_only
def test_every_route_asks_who_you_are(app: Flask, cast: Cast, client: Visitor) -> None:
    """Signed out: staff pages lead to sign-in. Wrong role: 403. Never a 500, whoever asks."""
    rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or set())]
    pages = [(rule, _example(rule.rule)) for rule in rules if rule.endpoint not in NO_PAGES]
    for rule, address in pages:
        mark = access.mark_of(app, rule.endpoint)
        assert mark is not None
        answer = client.get(address)
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        leads_to_sign_in = answer.status_code == 303 and "/sign-in" in answer.location
        assert leads_to_sign_in is not mark.is_public, f"{address} signed out: {answer.status}"
    for role, staff in everybody(cast).items():
        sign_in(client, staff)
        for rule, address in pages:
            mark = access.mark_of(app, rule.endpoint)
            assert mark is not None
            answer = client.get(address)
            allowed = mark.is_public or not mark.roles or role in mark.roles
            assert answer.status_code < 500, f"{address} as {role}: {answer.status_code}"
            if not allowed:
                assert answer.status_code == 403, f"{address} as {role}: {answer.status_code}"


def _example(rule: str) -> str:
    """An address for a rule, with things that do not exist in its places."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda m: "1" if m[1] == "int" else "x", rule)


@pytest.mark.sqlite_only
def test_every_question_says_why_we_ask() -> None:
    for kind in KINDS.values():
        for field in kind.fields():
            assert field.why, f"{kind.key}.{field.key} must say why we ask"
            assert field.seen_by, f"{kind.key}.{field.key} must say who sees it"
            assert field.short, f"{kind.key}.{field.key} needs its short words"


@pytest.mark.sqlite_only
def test_nothing_of_a_machine_is_named() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.html", "*.md", "*.txt", "*.toml", "Makefile", "*.conf"],
        cwd=TOP, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    hosts = "|".join(("pypi" + r"\.org", "files" + r"\.pythonhosted", "registry" + r"\.npmjs"))
    named = re.compile(rf"(^|[\s\"'=])/(work|farm|root)/|{hosts}")
    for name in tracked:
        path = TOP / name
        if path.exists() and "vendor" not in path.parts:
            assert not named.search(path.read_text(errors="ignore")), name


if __name__ == "__main__":
    from ppflow import create_app

    table = route_table(create_app({"PPFLOW_ENV": "test"}))
    (TOP / "tests" / "routes.txt").write_text(table)
