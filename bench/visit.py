"""Bytes of a first visit: the home page with every file it links to, as they go over the wire."""

from __future__ import annotations

import gzip
import re

from bench import servers
from bench.installation import Installation

MOST_BYTES = 70 * 1024


def first_visit(site: Installation) -> None:
    """Each file with its compressed size; the page is compressed by the proxy in front."""
    with site.real():
        base = f"http://127.0.0.1:{site.port}"
        page = servers.fetch(base + "/").decode()
        linked = sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)))
        sizes = {"/": len(gzip.compress(page.encode()))}
        for path in linked:
            sizes[path.split("?")[0]] = len(servers.fetch(base + path, encoding="gzip"))
    site.report.say("\n## First visit, compressed by gzip\n\n| File | Bytes |\n|---|---|")
    for path, size in sizes.items():
        site.report.say(f"| {path} | {size:,} |")
    whole = sum(sizes.values())
    site.report.say(f"| all | {whole:,} |")
    site.report.target(
        "First visit", "at most 70 KB", f"{whole / 1024:.1f} KB", is_met=whole <= MOST_BYTES
    )
