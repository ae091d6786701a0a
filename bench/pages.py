"""Pages beside the same queries and bytes in bare Flask: what the public sees, and `/triage`."""

from __future__ import annotations

from http.client import HTTPConnection

from bench import forms, load, servers
from bench.installation import Installation
from bench.load import Measured
from bench.recording import record
from bench.report import HEAD, Ratios

ROUNDS, A_ROUND = 5, 150  # taking turns, so that a noisy moment falls on all three
SIZES = (1_000, 10_000, 100_000)
PLACE = "/opportunities/long-term-conditions-advisory-group/register"
MANAGER = "asha.sample@example.org"
MOST_QUERIES, MOST_GROWTH = 8, 1.2
DRAWN = (
    "The page is drawn once for the same facts. Most of our CPU is SQLAlchemy's statements and "
    "typed rows, the rest session, log line, headers and Flask itself."
)
ROWS = (
    "What stands beside the rows is drawn once for the same offers and numbers; the rows are drawn "
    "each time, for what applicants told us is not kept in memory. A third of our CPU is four "
    "statements through SQLAlchemy with their typed rows, a third the words and drawing of 25 rows "
    "and of the page, the rest Flask, session, token of the forms, log line and headers; the bare "
    "page has the statements alone."
)
COUNTED = (
    "Numbers beside views and filters are kept while nothing happens; what still grows is the list "
    "itself: of 1,000 forms 30 are open, of 100,000 the page is full and the filters have numbers."
)


def compare(
    site: Installation,
    name: str,
    path: str,
    running: tuple[servers.Server, servers.Server],
    cookies: dict[str, str] | None = None,
) -> tuple[Measured, Ratios, int]:
    """Measure one page on the site, on bare Flask and on the driver alone."""
    recording = record(site.app(), path, cookies or {})
    recording.save(site.recordings / f"{name}.json")
    cookie = "; ".join(f"{k}={v}" for k, v in (cookies or {}).items())
    real, bare = running
    asked = [
        (real, load.get(path, cookie), Measured()),
        (bare, load.get(f"/bare/{name}"), Measured()),
        (bare, load.get(f"/driver/{name}"), Measured()),
    ]
    for server, ask, _ in asked:
        load.warm_up(server, ask, A_ROUND)
    for _ in range(ROUNDS):
        for server, ask, into in asked:
            load.measure(server, ask, range(A_ROUND), into)
    ours, limit, driver = (into for *_, into in asked)
    ratios = site.report.compared(name, recording.queries, ours, limit, driver)
    return ours, ratios, recording.queries


def public_pages(site: Installation) -> None:
    """Opportunity, list, and one page of a form."""
    report = site.report
    report.say("\n## Public pages\n\n" + HEAD)
    with site.both() as running:
        for name, path in (
            ("opportunity", PLACE.removesuffix("/register")),
            ("opportunities", "/opportunities"),
        ):
            _, ratios, _ = compare(site, name, path, running)
            at_least_half(site, f"`{path}`", ratios)
        ours, _, _ = compare(site, "registration-page", f"{PLACE}/eligibility", running)
    got = f"{ours.cpu_ms:.1f} ms"
    report.target("A registration page", "at most 6 ms of CPU", got, is_met=ours.cpu_ms <= 6)


def at_least_half(site: Installation, name: str, ratios: Ratios, spent: str = DRAWN) -> None:
    """The target of pages: half as many requests a second as the bare page."""
    got = f"{ratios.requests:.0%} (by CPU {ratios.cpu:.0%})"
    is_met = ratios.requests >= 0.5
    site.report.target(name, "at least 50% of bare", got, is_met=is_met, spent=spent)


def sign_in(server: servers.Server) -> dict[str, str]:
    """The cookie of a coordinator of everything, as their browser has it after the first page."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    browser = forms.Browser(0)
    _, page = browser.ask(connection, "/sign-in")
    data = forms.filled(page, 0)
    data["email"], data["password"] = [MANAGER], ["demonstration"]
    answer, _ = browser.ask(connection, "/sign-in", data)
    assert answer.status == 303, "the sample coordinator could not sign in"
    browser.ask(connection, "/home")  # where the sign-in leads; it brings the forms' token
    return browser.cookies


def triage(site: Installation) -> None:
    """`/triage` signed in, as the table of expressions grows; open ones, and all the others."""
    report = site.report
    report.say("\n## Triage, 25 rows a page, 3% of expressions open\n\n" + HEAD)
    made, cpu = 0, {}
    for size in SIZES:
        site.command("make-load", str(size - made))
        made = size
        with site.both() as running:
            cookies = sign_in(running[0])
            path = "/triage?view=open"
            ours, ratios, queries = compare(site, f"open-of-{size}", path, running, cookies)
            compare(site, f"closed-of-{size}", "/triage?view=closed", running, cookies)
        cpu[size] = ours.cpu_ms
    at_least_half(site, f"`/triage`, 25 of {made:,}", ratios, ROWS)
    wanted = f"at most {MOST_QUERIES}"
    report.target("Queries of `/triage`", wanted, str(queries), is_met=queries <= MOST_QUERIES)
    growth = cpu[SIZES[-1]] / cpu[SIZES[0]]
    report.target(
        f"`/triage` at {SIZES[-1]:,} beside {SIZES[0]:,}", f"at most {MOST_GROWTH} times its CPU",
        f"{growth:.2f} times", is_met=growth <= MOST_GROWTH, spent=COUNTED,
    )  # fmt: skip
