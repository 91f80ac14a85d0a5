"""The figures with their targets, printed as they come: the same table as the C++ benchmark's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What a line is about."""

    id: str
    name: str
    against: str
    unit: str = "µs"


NONE = "\N{EN DASH}"


def _written(figure: float) -> str:
    """Two digits behind the point, none where a figure is large."""
    return f"{figure:.2f}" if figure < 100 else f"{figure:.0f}"


class Table:
    """Prints its head when it is made."""

    def __init__(self) -> None:
        """Nothing has been missed yet."""
        self.any_missed = False
        print("| id | subject | against | unit | crmkit | other | figure | target | verdict |")
        print("| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- |")

    def compare(self, subject: Subject, crmkit: float, other: float, target: float | None) -> None:
        """A line whose figure is how many times as fast crmkit is; judged if there is a target."""
        figure = other / crmkit
        verdict = NONE if target is None else "holds" if figure >= target else "**falls short**"
        cells = [subject.id, subject.name, subject.against, subject.unit]
        cells += [_written(crmkit), _written(other), _written(figure)]
        cells += [NONE if target is None else f"≥ {_written(target)}", verdict]
        print(f"| {' | '.join(cells)} |", flush=True)
        self.any_missed |= target is not None and figure < target / 1.5
