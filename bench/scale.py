"""The queue among few forms and among very many: each view, each filter, each search.

Two installations stand side by side and are asked in turn by one client, so that a noisy moment
falls on both. Each page is asked as it mostly is, while nothing happens; and again just after
something happened, when every number on it is counted anew. How many rows each draws stands beside:
a row costs as much to draw among few as among many. So that most lists draw a full page on both
sides, half of the few are open.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench import load, servers
from bench.installation import Installation
from bench.pages import sign_in
from bench.recording import record
from bench.report import Report
from ppflow.db import db, writing
from ppflow.events import SYSTEM
from ppflow.events import record as record_event
from ppflow.expressions.models import Expression
from ppflow.triage.workflow import VIEWS

FEW, MANY, MILLION = 1_000, 100_000, 1_000_000
OPEN_OF_FEW = 50  # in 100; of the many 3, as in life
TIMES, WARM = 15, 6  # requests of a page; the processes take turns, so some warm each
MOST_GROWTH, MOST_QUERIES = 1.3, 8
DEEP_PAGE, A_PAGE = 2000, 25
A_ROW = 'name="pick"'
SEARCHES = ("amina", "amina specimen", "long-term", "nobodyhere")
HEAD = (
    "| | queries | rows drawn | of {few:,}: ms | of {many:,}: ms | **times** "
    "| after something happened: ms | ms | times |\n" + "|---" * 9 + "|"
)


@dataclass
class Side:
    """One of the two installations while it runs."""

    site: Installation
    server: servers.Server
    cookie: str

    def ask(self, path: str) -> float:
        """Milliseconds until the page is here."""
        connection = load.Connection(self.server.port)  # an idle one is closed by the server
        began = time.perf_counter()
        status = connection.ask(load.get(path, self.cookie)(0))
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        took = time.perf_counter() - began
        connection.socket.close()
        return took * 1000

    def happen(self) -> None:
        """Something happens to one form: an event, as every act writes one."""
        with self.site.here().app_context(), writing():
            record_event("look", db.session.get_one(Expression, 1), SYSTEM)


def by_sqlite(site: Installation) -> None:
    """1,000 beside 100,000 on SQLite."""
    with tempfile.TemporaryDirectory(prefix="ppflow-scale-") as folder:
        sites = [Installation(_made(folder, name), site.report) for name in ("few", "many")]
        _compare(site.report, sites[0], sites[1], MANY, "SQLite")


def by_postgresql(site: Installation) -> None:
    """1,000 beside 1,000,000 on PostgreSQL."""
    from tests.support import postgres

    with (
        tempfile.TemporaryDirectory(prefix="ppflow-scale-") as folder,
        postgres.running() as server,
    ):
        sites = []
        for name in ("few", "many"):
            server.clone("template1", name)
            url = server.url(name)
            sites.append(Installation(_made(folder, name), site.report, url))
        _compare(site.report, sites[0], sites[1], MILLION, "PostgreSQL")


def _made(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.mkdir()
    return path


def _compare(report: Report, few: Installation, many: Installation, size: int, name: str) -> None:
    began = time.perf_counter()
    few.command("make-load", str(FEW), "--open", str(OPEN_OF_FEW))
    many.command("make-load", str(size))
    for site in (few, many):
        site.statistics()
    took = time.perf_counter() - began
    report.say(f"\n## The queue among {FEW:,} and {size:,} forms, {name}\n")
    report.say(f"Making them took {took:.0f} s. One client, {TIMES} times each, the best.")
    report.say(
        f"Of the {FEW:,}, {OPEN_OF_FEW} in 100 are open and of the {size:,} 3 in 100, as in life: "
        "so most lists draw a full page on both sides.\n"
    )
    report.say(HEAD.format(few=FEW, many=size))
    with _side(few) as small, _side(many) as large:
        quiet, anew, alike, queries = [], [], set(), 0
        for label, path_few, path_many in _pages(many):
            times = _in_turn(small, large, path_few, path_many, happens=False)
            again = _in_turn(small, large, path_few, path_many, happens=True)
            pages = [
                record(side.site.here(), path, _cookies(side.cookie))
                for side, path in ((small, path_few), (large, path_many))
            ]
            rows, asked = [page.body.count(A_ROW) for page in pages], pages[1].queries
            alike |= {label} if rows[0] == rows[1] else set()
            quiet.append((times[1] / times[0], label))
            anew.append((again[1] / again[0], label))
            queries = max(queries, asked)
            report.say(
                f"| {label} | {asked} | {rows[0]}, {rows[1]} | {times[0]:.1f} | {times[1]:.1f} | "
                f"**{times[1] / times[0]:.2f}** | {again[0]:.1f} | {again[1]:.1f} | "
                f"{again[1] / again[0]:.2f} |"
            )
    what = f"{size:,} beside {FEW:,} on {name}"
    _targets(report, quiet, anew, queries, what)
    same = [(times, label) for times, label in quiet if label in alike]
    _target(report, f"Queue, {what}, as many rows drawn", same)


def _targets(
    report: Report,
    quiet: list[tuple[float, str]],
    anew: list[tuple[float, str]],
    queries: int,
    what: str,
) -> None:
    for words, found in (("", quiet), (", just after something happened", anew)):
        _target(report, f"Queue, {what}{words}", found)
    report.target(
        f"Queries of a list, {what}", f"at most {MOST_QUERIES}", str(queries),
        is_met=queries <= MOST_QUERIES,
    )  # fmt: skip


def _target(report: Report, name: str, found: list[tuple[float, str]]) -> None:
    worst, label = max(found)
    over = sorted(f"{label} {times:.2f}" for times, label in found if times > MOST_GROWTH)
    report.target(
        name, f"each list at most {MOST_GROWTH} times",
        f"worst {worst:.2f} ({label})", is_met=worst <= MOST_GROWTH,
        spent=f"{len(over)} of {len(found)} are over: {', '.join(over)}.",
    )  # fmt: skip


def _in_turn(
    small: Side, large: Side, path_few: str, path_many: str, *, happens: bool
) -> tuple[float, float]:
    """The best time of a page on both, in ms: the others tell of other work on these cores."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM + TIMES):
        for side, path, into in zip((small, large), (path_few, path_many), times, strict=True):
            if happens:
                side.happen()
            took = side.ask(path)
            if number >= WARM:
                into.append(took)
    return min(times[0]), min(times[1])


def _cookies(cookie: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in cookie.split("; "))


@contextmanager
def _side(site: Installation) -> Iterator[Side]:
    with site.real() as server:
        cookies = sign_in(server)
        cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
        yield Side(site, server, cookie)


def _pages(many: Installation) -> Iterator[tuple[str, str, str]]:
    """(name, address on the small one, address on the large one) of each list."""
    for key, view in VIEWS.items():
        yield view.label, f"/triage?view={key}", f"/triage?view={key}"
    with many.here().app_context():
        row = db.session.execute(
            text(
                "SELECT project_id, opportunity_id, assignee_id, programme_id FROM expression "
                "WHERE opportunity_id IS NOT NULL AND project_id IS NOT NULL ORDER BY id LIMIT 1"
            )
        ).one()
        place = db.session.execute(
            text(
                "SELECT closed_at, id FROM expression WHERE closed_at IS NOT NULL "
                "AND erased_at IS NULL ORDER BY closed_at DESC, id DESC LIMIT 1 OFFSET :before"
            ).columns(closed_at=Expression.closed_at.type, id=Expression.id.type),
            {"before": A_PAGE * (DEEP_PAGE - 1)},
        ).one()
    filters = {
        "project": row.project_id, "opportunity": row.opportunity_id,
        "assignee": row.assignee_id, "programme": row.programme_id,
        "kind": "ppie_contributor", "needs": "yes",
    }  # fmt: skip
    for chosen, status in (("open", "in_review"), ("closed", "joined")):
        for name, value in {**filters, "status": status}.items():
            path = f"/triage?view={chosen}&{name}={value}"
            yield f"{VIEWS[chosen].label}, one {name}", path, path
        for words in SEARCHES:
            path = f"/triage?view={chosen}&q={words.replace(' ', '+')}"
            yield f"{VIEWS[chosen].label}, “{words}”", path, path
    for sort in VIEWS["open"].orders:
        path = f"/triage?view=open&sort={sort}"
        yield f"All open, by {sort}", path, path
    after = f"{place.closed_at.isoformat()}~{place.id}".replace("+", "%2B")
    deep = f"/triage?view=closed&after={after}&start={A_PAGE * (DEEP_PAGE - 1) + 1}"
    yield f"Closed, page {DEEP_PAGE:,} beside page 1", "/triage?view=closed", deep
