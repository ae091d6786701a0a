"""What was measured, as lines of `RESULTS.md`, and each target beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.load import Measured

HEAD = (
    "| | queries | a second | p50 ms | p99 ms | CPU ms "
    "| bare: a second | p50 ms | p99 ms | CPU ms | **requests** | **CPU** "
    "| driver: CPU ms | requests | CPU |\n" + "|---" * 15 + "|"
)


@dataclass
class Ratios:
    """How near a page comes to the bare one: 1 is as quick."""

    requests: float
    cpu: float


@dataclass
class Report:
    """Lines as they are told, and the targets with what came of them."""

    lines: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        print(line, flush=True)
        self.lines.append(line)

    def compared(
        self, name: str, queries: int, ours: Measured, bare: Measured, driver: Measured
    ) -> Ratios:
        """A row of the table below `HEAD`. The CPU ratio is the steadier of the two."""
        first = Ratios(ours.per_second / bare.per_second, bare.cpu_ms / ours.cpu_ms)
        second = Ratios(ours.per_second / driver.per_second, driver.cpu_ms / ours.cpu_ms)
        self.say(
            f"| {name} | {queries} | {ours.row()} | {bare.row()} | **{first.requests:.0%}** "
            f"| **{first.cpu:.0%}** | {driver.cpu_ms:.2f} | {second.requests:.0%} "
            f"| {second.cpu:.0%} |"
        )
        return first

    def target(self, name: str, wanted: str, got: str, *, is_met: bool, spent: str = "") -> None:
        """A target of the design, met or not; a missed one says what the rest is spent on."""
        self.targets.append(f"| {name} | {wanted} | {got} | {'met' if is_met else '**missed**'} |")
        if not is_met:
            self.missed.append(f"- {name}: {got}, wanted {wanted}. {spent}".rstrip())

    def conclusion(self) -> list[str]:
        """The targets as a table, then what was missed."""
        found = ["## Targets", "", "| | wanted | measured | |", "|---|---|---|---|", *self.targets]
        if self.missed:
            found += ["", "What is missed, and what it is spent on:", "", *self.missed]
        return found
