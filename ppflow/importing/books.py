"""The books of one import: the document, what each of its ids became, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ppflow import events
from ppflow.db import db
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Organisation, Person
from ppflow.programmes.models import Programme, Theme
from ppflow.projects.models import Project


@dataclass
class Books:
    """One import at work. `root` is the id of the file's own programme."""

    document: Mapping[str, Any]
    root: str
    password: str | None = None
    organisations: dict[str, Organisation] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    opportunities: dict[str, Opportunity] = field(default_factory=dict)
    added: Counter[str] = field(default_factory=Counter)
    here: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def name_of(self, row: Mapping[str, Any]) -> str:
        """What a row is remembered by: its id, within its file's programme."""
        return f"{self.root}/{row['id']}"

    def add(self, noun: str, thing: Any) -> None:
        """Add a new thing, with its event, and count it."""
        db.session.add(thing)
        db.session.flush()
        events.record("import", thing, events.SYSTEM)
        self.added[noun] += 1

    def lines(self) -> list[str]:
        """What happened, one line a noun."""
        nouns = list(dict.fromkeys([*self.added, *self.here]))
        done = [
            f"{noun}: {self.added[noun]} added, {self.here[noun]} already here" for noun in nouns
        ]
        waits = [f"{noun}: {n} checked, not loaded yet" for noun, n in self.skipped.items() if n]
        return done + waits
