"""One walk through an import file: the faults found, each named by its place."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Checking:
    """One walk through a file: the faults found, the names given and the names referred to."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    references: list[tuple[int, str, tuple[str, ...], str]] = field(default_factory=list)
    step: int = 0

    def fault(self, place: str, words: str) -> None:
        self.step += 1
        self.faults.append((self.step, f"{place}: {words}"))

    def give_name(self, noun: str, name: str, place: str) -> None:
        first = self.names.setdefault((noun, name), place)
        if first != place:
            self.fault(place, f"the {noun} '{name}' is already at {first}")

    def refer(self, nouns: tuple[str, ...], name: str, place: str) -> None:
        self.step += 1
        self.references.append((self.step, place, nouns, name))

    def lines(self) -> list[str]:
        """All faults in the file's order, with the references that lead nowhere."""
        lost = [
            (step, f"{place}: there is no {' or '.join(nouns)} '{name}'")
            for step, place, nouns, name in self.references
            if not any((noun, name) in self.names for noun in nouns)
        ]
        return [line for _, line in sorted(self.faults + lost)]
