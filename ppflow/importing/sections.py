"""The further parts of a programme's page, made from what its file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ppflow.programmes.models import Section

Row = Mapping[str, Any]
Described = tuple[dict[str, str], list[Section]]


def _numbered(parts: Iterable[tuple[str, str]]) -> list[Section]:
    """Sections in order, without the empty ones."""
    kept = [(heading, body) for heading, body in parts if body.strip()]
    return [
        Section(position=number, heading=heading, body=body)
        for number, (heading, body) in enumerate(kept, start=1)
    ]


def _paragraphs(lines: Iterable[str]) -> str:
    return "\n\n".join(lines)


def _with_and(words: list[str]) -> str:
    """nurses, midwives and pharmacists"""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1] if words else ""]))


def _list(intro: str, lines: Iterable[str]) -> str:
    """A list on the page: an opening that ends in a colon, then a paragraph for each line."""
    kept = list(lines)
    return _paragraphs([f"{intro}:", *kept]) if kept else ""


def of_own(row: Row) -> list[Section]:
    """How the project team and each facilitator keep in touch."""
    check_ins = row["check_ins"]
    if not check_ins:
        return []
    when = f"{check_ins['cadence'].capitalize()}, between {check_ins['between']}. They talk about"
    return _numbered([("Check-ins", _list(when, check_ins["covers"]))])


def of_portal(row: Row, _document: Row) -> Described:
    """What people can do on the portal, whom it is open to, and who governs it."""
    governance = row["governance"]
    texts = {"strapline": f"Open to {_with_and(row['open_to'])}."} if row["open_to"] else {}
    return texts, _numbered(
        [
            (
                "What you can do here",
                _list("Here you can", (way["label"] for way in row["what_people_can_do"])),
            ),
            (
                "Who decides",
                _paragraphs(
                    [
                        f"The {governance['committee']} looks after this portal.",
                        f"The {governance['clinical_advice']} gives clinical advice.",
                        f"The {governance['innovation']} helps new ideas into everyday care.",
                    ]
                ),
            ),
        ]
    )


def of_industry(row: Row, document: Row) -> Described:
    """The promise to companies, its steps with their times, and what the region can offer."""
    names = {o["id"]: o["name"] for o in document["organisations"]}
    region = row["about_the_region"]
    size = (
        f"The region has {region['population']} people and {region['acute_trusts']} acute trusts, "
        f"in {region['area_km2']:,.0f} square kilometres."
    )
    dated = region["note"].partition(";")[0]  # what follows is a remark for editors
    offers = (f"{area['title']}. {area['summary']}" for area in row["capability_areas"])
    steps = (f"{step['title']}: {step['sla']}." for step in row["process"])
    return {"strapline": row["promise"]}, _numbered(
        [
            ("What happens, step by step", _list("The steps, and how long each takes", steps)),
            ("What the Midlands can offer", _list("You can ask us about", offers)),
            (
                "What we work on together",
                _list("Our shared challenges", (c["title"] for c in row["flagship_challenges"])),
            ),
            ("Partners", _list("We work together", (names[o] for o in row["partners"]))),
            (
                "Associated organisations",
                _list("We also work with", (names[o] for o in row["associated_organisations"])),
            ),
            ("About the region", _paragraphs([size, f"{dated}."] if dated else [size])),
        ]
    )


def of_advanced(row: Row, _document: Row) -> Described:
    """The key themes, the framework and whom it covers."""
    framework = row["framework"]
    themes = [
        (
            f"Key theme {theme['number']}: {theme['title']}",
            _paragraphs([theme["text"], _list("What was found", theme["findings"])]).strip(),
        )
        for theme in row["key_themes"]
    ]
    covers = f"For {_with_and([w.lower() for w in framework['covers']])}."
    settings = f"Used in {_with_and([w.lower() for w in framework['settings']])}."
    return {"about": row["about"]}, _numbered(
        [
            *themes,
            (framework["title"], _paragraphs([covers, settings])),
            ("What to bring to a workshop", _list("Please bring", row["documents_to_bring"])),
        ]
    )
