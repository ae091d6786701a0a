"""`make bench`: measure everything side by side and write `bench/RESULTS.md`.

With names of parts as arguments (visit, public, registration, triage, scale, letters, million) only
those run. `million` alone writes `bench/MILLION.md`; other parts are only shown.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import letters, load, pages, scale, sending, servers, visit
from bench.installation import Installation
from bench.report import Report

HERE = Path(__file__).parent
WRITTEN = {(): HERE / "RESULTS.md", ("million",): HERE / "MILLION.md"}  # by the parts asked for
PARTS = {
    "visit": visit.first_visit,
    "public": pages.public_pages,
    "registration": sending.registration,
    "triage": pages.triage,
    "scale": scale.by_sqlite,
    "letters": letters.post_office,
}
LONG = {"million": scale.by_postgresql}  # only when it is named: it takes some minutes


def heading(names: list[str]) -> list[str]:
    """The day, the machine, and how to read the numbers."""
    day = datetime.now(UTC).date().isoformat()
    command = f"make bench{' ARGS=' if names else ''}{' '.join(names)}"
    return [
        "# Results",
        "",
        f"Made by `{command}` on {day}: {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {servers.PROCESSES} "
        f"processes of {servers.THREADS} threads, {load.CLIENTS} clients on the same machine; load "
        f"{os.getloadavg()[0]:.1f} at the start. Ratios count; times do not.",
        "",
        "`bare` is Flask with Flask-SQLAlchemy under the same server on the same database: it "
        "executes the recorded statements in a transaction begun as ours, fetches their rows and "
        "returns the bytes of the page, drawn beforehand. The targets are ratios to it. `driver` "
        "is the same without SQLAlchemy. CPU is that of the server's processes, for one request.",
        "",
    ]


def main(names: list[str]) -> None:
    """Measure these parts, or all of them and write the results."""
    report, first = Report(), heading(names)
    with tempfile.TemporaryDirectory(prefix="ppflow-bench-") as folder:
        site = Installation(Path(folder), report)
        for name, part in (PARTS | LONG).items():
            if name in names or (not names and name in PARTS):
                part(site)
    print("\n".join(report.conclusion()))
    file = WRITTEN.get(tuple(names))
    if file is not None:
        file.write_text("\n".join([*first, *report.conclusion(), *report.lines]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
