"""The walk through a form: which page comes next, and which still needs an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ppflow.kinds import Field, Page, Sensitivity
from ppflow.kinds.asked import pages_for
from ppflow.kinds.checking import check, lines_of, stop_of
from ppflow.registering.queries import Target

CHECK: Final = "check"
ADVICE: Final = "advice"
WHERE_EMPTY_SAYS_NOTHING: Final = {"Helper", "Whom we contact"}  # the form is for themselves


@dataclass
class Journey:
    """One form on its way: the answers so far, and the pages finished."""

    target: Target
    answers: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @cached_property
    def pages(self) -> list[Page]:
        return pages_for(self.target.kind, self.target.context, self.answers)

    @property
    def slugs(self) -> list[str]:
        return [*(page.slug for page in self.pages), CHECK]

    def page(self, slug: str) -> Page | None:
        return next((page for page in self.pages if page.slug == slug), None)

    def step_words(self, slug: str) -> str:
        """Step 6 of 8"""
        return f"Step {self.slugs.index(slug) + 1} of {len(self.slugs)}"

    def after(self, slug: str) -> str:
        """The address of the page after this one."""
        return self.target.page(self.slugs[self.slugs.index(slug) + 1])

    def before(self, slug: str) -> str:
        """The address of the page before this one; before the first, the start."""
        place = self.slugs.index(slug)
        return self.target.page(self.slugs[place - 1]) if place else self.target.path

    def with_answers(self, page: Page, typed: dict[str, Any]) -> Journey:
        """This journey with a page finished. Its later pages may be others now."""
        done = [*self.done, page.slug] if page.slug not in self.done else self.done
        return Journey(self.target, {**self.answers, **typed}, done)

    def without(self, page: Page) -> list[str]:
        """The finished pages, less this one."""
        return [slug for slug in self.done if slug != page.slug]

    def unfinished(self) -> Page | None:
        """The first page that was not finished, or whose answers no longer fit the advert."""
        about = self.target.context
        for page in self.pages:
            if page.slug not in self.done or stop_of(page, self.answers, about):
                return page
            if check(page, self.answers, about):
                return page
        return None

    def special_groups(self) -> list[str]:
        """The headings under which health or other sensitive details were given."""
        found = [
            one.group or page.group
            for page in self.pages
            for one in page.fields
            if self.answers.get(one.key) and (one.is_need or one.sensitivity is Sensitivity.SPECIAL)
        ]
        return list(dict.fromkeys(found))

    def special_wording(self) -> str:
        """The separate permission for sensitive answers: it names the data and the reason."""
        groups = self.special_groups()
        if not groups:
            return ""
        named = " and ".join(f"‘{group}’" for group in groups)
        return (
            f"I agree that you use what I wrote under {named}, {self.target.kind.special_purpose}."
        )

    def written(self) -> list[tuple[str, str]]:
        """(question, text) of what was written in their own words, to be copied."""
        return [
            (one.label, str(self.answers[one.key]))
            for page in self.pages
            for one in page.fields
            if one.input == "textarea" and self.answers.get(one.key)
        ]

    def rows(self) -> dict[str, list[tuple[str, Any, str, str]]]:
        """The check page: by heading, rows of (short name, lines, change address, hidden words)."""
        found: dict[str, list[tuple[str, Any, str, str]]] = {}
        for page in self.pages:
            change = f"{self.target.page(page.slug)}?change=1"
            shorts: dict[tuple[str, str], list[str]] = {}
            for one in page.fields:
                lines = lines_of(one, self.answers.get(one.key), self.target.context)
                shorts.setdefault((one.group or page.group, one.short), []).extend(
                    _without_route(one, lines)
                )
            for (group, short), lines in shorts.items():
                if short in WHERE_EMPTY_SAYS_NOTHING and not lines:
                    continue
                text = [" ".join(lines)] if short == "Name" else lines
                row = (short, text if any(text) else "", change, short.lower())
                found.setdefault(group, []).append(row)
        return found


def _without_route(one: Field, lines: list[str]) -> list[str]:
    """“Phone: 0121 …” says how already, so the chosen way alone needs no line."""
    return [f"By {line.lower()}" for line in lines] if one.key == "contact_by" else lines
