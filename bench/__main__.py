"""`make bench`: measure everything side by side and write `bench/RESULTS.md`."""

from __future__ import annotations

import gzip
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from flask import Flask

from bench import forms, letters, load, servers
from bench.load import Measured
from bench.recording import Recording, listening, record
from ppflow import create_app

RESULTS = Path(__file__).parent / "RESULTS.md"
SIZES = (1_000, 10_000, 100_000)
GETS, SENT, LETTERS = 1_500, 120, 1_000
PLACE = "/opportunities/long-term-conditions-advisory-group/register"
MANAGER = "asha.sample@example.org"


class Bench:
    """One installation under measurement, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines = folder, list[str]()
        self.sink = letters.Sink()
        self.port = servers.free_port()
        self.settings: dict[str, object] = {
            "PPFLOW_ENV": "demonstration",
            "PPFLOW_DATA_DIR": folder,
            "PPFLOW_PORT": self.port,
            "PPFLOW_BASE_URL": f"http://127.0.0.1:{self.port}",
            "PPFLOW_MAIL_SERVER": "127.0.0.1",
            "PPFLOW_MAIL_PORT": self.sink.port,
            "PPFLOW_MAIL_SECURITY": "none",
            "PPFLOW_MINIMUM_FILL_SECONDS": 0,
            "PPFLOW_REGISTRATIONS_AN_HOUR": 10_000_000,
            "PPFLOW_LOG_LEVEL": "ERROR",
            "PPFLOW_WEB_PROCESSES": servers.PROCESSES,
            "PPFLOW_WEB_THREADS": servers.THREADS,
        }
        self.recordings = folder / "recordings"
        self.recordings.mkdir()
        self.place = PLACE

    @property
    def database(self) -> Path:
        return self.folder / "ppflow.sqlite3"

    def app(self) -> Flask:
        return create_app({name: str(value) for name, value in self.settings.items()})

    def command(self, *words: str) -> None:
        environment = {**servers.os.environ, **{k: str(v) for k, v in self.settings.items()}}
        command = [sys.executable, "-m", "ppflow.cli", *words]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    def say(self, line: str) -> None:
        print(line, flush=True)
        self.lines.append(line)

    def real(self) -> Any:
        return servers.running(servers.real(self.port, {}), self.port, self.settings)

    def bare(self) -> Any:
        self.bare_port = servers.free_port()
        settings = {"BENCH_RECORDINGS": self.recordings, "BENCH_DATABASE": self.database}
        return servers.running(servers.bare(self.bare_port), self.bare_port, settings)

    def compare(self, pages: dict[str, tuple[str, dict[str, str]]]) -> dict[str, Measured]:
        """Measure pages on both servers; a row each with the ratio of requests per second."""
        app, found = self.app(), {}
        queries = {}
        for name, (path, cookies) in pages.items():
            recording = record(app, path, cookies)
            recording.save(self.recordings / f"{name}.json")
            queries[name] = recording.queries
        for name, (path, cookies) in pages.items():
            cookie = "; ".join(f"{k}={v}" for k, v in cookies.items())
            with self.real() as server:
                ours = load.measure(server, load.get(path, cookie), GETS)
            with self.bare() as server:
                limit = load.measure(server, load.get(f"/{name}"), GETS)
            ratio = ours.per_second / limit.per_second
            cpu = limit.cpu_ms / ours.cpu_ms if ours.cpu_ms else 0
            self.say(
                f"| {name} | {queries[name]} | {ours.row()} | {limit.row()} "
                f"| {ratio:.0%} | {cpu:.0%} |"
            )
            found[name] = ours
        return found


HEAD = (
    "| Page | Queries | a second | p50 ms | p99 ms | CPU ms | bare: a second | p50 ms | p99 ms "
    "| CPU ms | requests ratio | CPU ratio |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def public_pages(bench: Bench) -> None:
    """Opportunity, list, and one page of a form."""
    bench.say("\n## Public pages\n\n" + HEAD)
    first = f"{bench.place}/eligibility"
    bench.compare(
        {
            "opportunity": (bench.place.removesuffix("/register"), {}),
            "opportunities": ("/opportunities", {}),
            "registration-page": (first, {}),
        }
    )


def sign_in(bench: Bench, server: servers.Server) -> dict[str, str]:
    """The cookie of a coordinator of everything."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    browser = forms.Browser(0)
    _, page = browser.ask(connection, "/sign-in")
    data = forms.filled(page, 0)
    data["email"], data["password"] = [MANAGER], ["demonstration"]
    answer, _ = browser.ask(connection, "/sign-in", data)
    assert answer.status == 303, "the sample coordinator could not sign in"
    return browser.cookies


def triage(bench: Bench) -> None:
    """`/triage` signed in, all open, as the table of expressions grows."""
    bench.say("\n## Triage, all open, 25 rows a page, 3% of expressions open\n\n" + HEAD)
    made, times = 0, {}
    for size in SIZES:
        bench.command("make-load", str(size - made))
        made = size
        with bench.real() as server:
            cookies = sign_in(bench, server)
        name = f"triage-{size}"
        times[size] = bench.compare({name: ("/triage?view=open", cookies)})[name]
    growth = times[SIZES[-1]].cpu_ms / times[SIZES[0]].cpu_ms
    bench.say(f"\nServer CPU at {SIZES[-1]:,} is {growth:.2f} times that at {SIZES[0]:,}.")


def registration(bench: Bench) -> None:
    """A whole form, and the POST that sends it beside the same inserts."""
    bench.say("\n## Registration\n")
    with bench.real() as server:
        forms.walk_to_check(server, bench.place, 0)
        cpu = server.cpu_seconds()
        ready = [forms.walk_to_check(server, bench.place, n + 1) for n in range(SENT)]
        pages_ms = (server.cpu_seconds() - cpu) / SENT * 1000

        def send(connection: HTTPConnection, number: int) -> HTTPResponse:
            browser, data = ready[number]
            body = forms.urlencode(data, doseq=True)
            headers = {"Cookie": browser.cookie, **forms.FORM}
            connection.request("POST", f"{bench.place}/check", body, headers)
            return connection.getresponse()

        ours = load.measure(server, send, SENT, expected=303)
        memory = server.memory_mib()
    _record_sending(bench)
    with bench.bare() as server:

        def post(connection: HTTPConnection, _number: int) -> HTTPResponse:
            connection.request("POST", "/sending", "a=b", forms.FORM)
            return connection.getresponse()

        limit = load.measure(server, post, SENT * 5, expected=303)
    bench.say(f"All pages up to sending: {pages_ms:.1f} ms of server CPU.")
    bench.say(f"A whole registration: {pages_ms + ours.cpu_ms:.1f} ms of server CPU.\n")
    bench.say(HEAD)
    ratio, cpu_ratio = ours.per_second / limit.per_second, limit.cpu_ms / max(ours.cpu_ms, 0.01)
    bench.say(f"| sending POST |  | {ours.row()} | {limit.row()} | {ratio:.0%} | {cpu_ratio:.0%} |")
    bench.say(f"\nMemory of each web process: {', '.join(f'{m:.0f} MiB' for m in memory)}.")


def _record_sending(bench: Bench) -> None:
    """The inserts of one sending POST, pointed at tables of the same columns and no keys."""
    app = bench.app()
    with bench.real() as server:
        browser, data = forms.walk_to_check(server, bench.place, 999_999)
    client = app.test_client()
    for name, value in browser.cookies.items():
        client.set_cookie(name, value)
    with listening(app) as heard:
        answer = client.post(f"{bench.place}/check", data=data)
    assert answer.status_code == 303, answer.status
    inserts = Recording()
    with sqlite3.connect(bench.database) as database:
        for statement, parameters in heard.statements:
            found = re.match(r"INSERT INTO (\w+) ", statement)
            if not found:
                continue
            shadow = f"bench_{found[1]}"
            database.execute(
                f"CREATE TABLE IF NOT EXISTS {shadow} AS SELECT * FROM {found[1]} LIMIT 0"
            )
            plain = re.split(r" ON CONFLICT | RETURNING ", statement)[0]
            bare = plain.replace(f"INSERT INTO {found[1]} ", f"INSERT INTO {shadow} ", 1)
            inserts.statements.append((bare, parameters[: bare.count("?")]))
    inserts.save(bench.recordings / "sending.json")


def post_office(bench: Bench) -> None:
    """Letters through the worker."""
    limit = letters.bare(bench.sink, LETTERS)
    ours = letters.worker(bench.app(), bench.sink, LETTERS, bench.settings)
    bench.say("\n## Letters\n\n| | a second |\n|---|---|")
    bench.say(f"| worker | {ours:.0f} |\n| smtplib, one connection | {limit:.0f} |")
    bench.say(f"| ratio | {ours / limit:.0%} |")


def first_visit(bench: Bench) -> None:
    """Bytes of the first page with everything it links to, compressed with gzip."""
    with bench.real():
        base = f"http://127.0.0.1:{bench.port}"
        page = servers.fetch(base + "/").decode()
        linked = sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)))
        sizes = {"/": len(gzip.compress(page.encode()))}
        for path in linked:
            sizes[path.split("?")[0]] = len(gzip.compress(servers.fetch(base + path)))
    bench.say("\n## First visit, compressed\n\n| File | Bytes |\n|---|---|")
    for path, size in sizes.items():
        bench.say(f"| {path} | {size:,} |")
    bench.say(f"| all | {sum(sizes.values()):,} |")


def main() -> None:
    """Measure, and write the results with the day and the machine."""
    with tempfile.TemporaryDirectory(prefix="ppflow-bench-") as folder:
        bench = Bench(Path(folder))
        bench.command("demo")
        day = datetime.now(UTC).date().isoformat()
        bench.say("# Results\n")
        bench.say(f"Made by `make bench` on {day}, {platform.machine()}, {servers.os.cpu_count()} ")
        bench.say(f"cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, ")
        bench.say(f"{servers.PROCESSES} processes of {servers.THREADS} threads, ")
        bench.say(f"{load.CLIENTS} clients on the same machine. Ratios count; times do not.")
        for part in (first_visit, public_pages, registration, triage, post_office):
            part(bench)
        RESULTS.write_text("\n".join(bench.lines) + "\n")


if __name__ == "__main__":
    main()
