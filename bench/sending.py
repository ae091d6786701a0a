"""A whole registration, and the POST that sends it beside the same rows inserted bare."""

from __future__ import annotations

import re
import sqlite3
from urllib.parse import urlencode

from bench import forms, load, servers
from bench.installation import Installation
from bench.load import Measured
from bench.pages import PLACE
from bench.recording import Recording, listening
from bench.report import HEAD

ROUNDS, A_ROUND = 4, 40
MOST_PAGES_MS, MOST_MIB = 60, 110
EACH_PAGE = (
    "Sixteen pages asked for and posted before the sending, one by one, so that each finds the "
    "processor's caches full of other things: Flask with our session, CSRF and log line is a third "
    "of it, the advert and the draft another, the rest is the page drawn or the answers kept; each "
    "POST commits once, synced."
)
BY_RULE = (
    "A page of the form that saves one row costs a third of it already: session, CSRF, advert, "
    "draft, commit. Of the rest, half is 22 statements through SQLAlchemy, a fifth is letters "
    "(one rendered for each colleague), the rest checks all answers again, encrypts them and "
    "indexes the words for search; the bare POST only inserts, into tables without key or index."
)


def registration(site: Installation) -> None:
    """A form page by page, then sent, at the same time as others."""
    count, report = ROUNDS * A_ROUND, site.report
    report.say("\n## Registration\n")
    recorded = _record(site)
    with site.both() as (real, bare):
        forms.walk_to_check(real, PLACE, 0)
        cpu = real.cpu_seconds()
        ready = [forms.walk_to_check(real, PLACE, n + 1) for n in range(count)]
        pages_ms = (real.cpu_seconds() - cpu) / count * 1000
        requests = [
            load.post(f"{PLACE}/check", urlencode(data, doseq=True), browser.cookie)
            for browser, data in ready
        ]
        ours, limit, driver = _sent(real, bare, requests)
        memory = real.memory_mib()
    whole = pages_ms + ours.cpu_ms
    report.say(f"All pages up to sending: {pages_ms:.1f} ms of server CPU.")
    report.say(f"A whole registration: {whole:.1f} ms of server CPU.\n\n{HEAD}")
    ratios = report.compared("sending POST", recorded.queries, ours, limit, driver)
    report.say(f"\nMemory of each web process: {', '.join(f'{m:.0f} MiB' for m in memory)}.")
    report.target(
        "A whole registration", f"at most {MOST_PAGES_MS} ms of CPU", f"{whole:.1f} ms",
        is_met=whole <= MOST_PAGES_MS, spent=EACH_PAGE,
    )  # fmt: skip
    report.target(
        "The sending POST", "at least 40% of bare",
        f"{ratios.requests:.0%} (by CPU {ratios.cpu:.0%})", is_met=ratios.requests >= 0.4,
        spent=BY_RULE,
    )  # fmt: skip
    report.target(
        "A web process", f"at most {MOST_MIB} MiB", f"{max(memory):.0f} MiB",
        is_met=max(memory) <= MOST_MIB,
    )  # fmt: skip


def _sent(
    real: servers.Server, bare: servers.Server, requests: list[bytes]
) -> tuple[Measured, Measured, Measured]:
    ours, limit, driver = Measured(), Measured(), Measured()
    for start in range(0, len(requests), A_ROUND):
        numbers = range(start, start + A_ROUND)
        load.measure(real, requests.__getitem__, numbers, ours, expected=303)
        for way, into in (("bare", limit), ("driver", driver)):
            again = load.post(f"/{way}/sending", "a=b")
            load.measure(bare, lambda _n, sent=again: sent, numbers, into, expected=303)  # type: ignore[misc]
    return ours, limit, driver


def _record(site: Installation) -> Recording:
    """The statements of one sending POST; its inserts are kept for the bare one.

    The bare inserts go to tables of the same columns and no keys, or they could not be repeated.
    """
    app = site.app()
    with site.real() as server:
        browser, data = forms.walk_to_check(server, PLACE, 999_999)
    client = app.test_client()
    for name, value in browser.cookies.items():
        client.set_cookie(name, value)
    with listening(app) as heard:
        answer = client.post(f"{PLACE}/check", data=data)
    assert answer.status_code == 303, answer.status
    inserts = Recording()
    with sqlite3.connect(site.database) as database:
        for statement, parameters in heard.statements:
            found = re.match(r"INSERT INTO (\w+) ", statement)
            if not found:
                continue
            name = found[1]
            columns = f"SELECT * FROM {name} LIMIT 0"
            database.execute(f"CREATE TABLE IF NOT EXISTS bench_{name} AS {columns}")
            plain = re.split(r" ON CONFLICT | RETURNING ", statement)[0]
            bare = plain.replace(f"INSERT INTO {name} ", f"INSERT INTO bench_{name} ", 1)
            inserts.statements.append((bare, parameters[: bare.count("?")]))
    inserts.save(site.recordings / "sending.json")
    return heard
