"""What a sweep is asked, what it answers, and what the counts alone say."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Task:
    """What is to be divided, all in whole numbers.

    `households` (n); `ends` (m, 2) edges; `cut` and `kept` (m): price, not negative, of an edge
    whose ends lie in different parts and in the same; `joins` (m): whether an edge makes its ends hang together.
    Exactly `parts` parts, not empty, connected, each within [lower, upper]. `uneven`: price of one household of
    sum |parts x households - total|.
    """

    households: np.ndarray
    ends: np.ndarray
    cut: np.ndarray
    kept: np.ndarray
    joins: np.ndarray
    parts: int
    lower: int
    upper: int
    uneven: int = 0

    def value(self, labels: np.ndarray) -> int:
        """Price of a division (labels 0..parts-1 of the n units)."""
        apart = labels[self.ends[:, 0]] != labels[self.ends[:, 1]]
        price = int(self.cut[apart].sum() + self.kept[~apart].sum())
        sizes = np.zeros(self.parts, np.int64)
        np.add.at(sizes, labels, self.households)
        return price + self.uneven * int(np.abs(self.parts * sizes - sizes.sum()).sum())

    def dearest(self) -> int:
        """A price that no division exceeds."""
        total = int(self.households.sum())
        return int(np.maximum(self.cut, self.kept).sum()) + self.uneven * 2 * self.parts * total


@dataclass(frozen=True)
class Division:
    """`labels` (n) of the cheapest division met, or None; its `value`; `bound`: no division is cheaper.

    `value` is None where no division was met. Where `infeasible`, it is proved that there is none.
    """

    labels: np.ndarray | None
    value: int | None
    bound: int
    infeasible: bool = False

    @property
    def proved(self) -> bool:
        """Whether nothing better exists."""
        return self.infeasible or self.value == self.bound


def least_of(task: Task) -> int:
    """A bound without any sweep: every edge costs something, and parts - 1 cut edges hold all together."""
    always = np.minimum(task.cut, task.kept)
    cheapest = np.sort((task.cut - always)[task.joins])[: max(0, task.parts - _pieces(task))]
    return int(always.sum() + cheapest.sum())


def _pieces(task: Task) -> int:
    """Connected pieces of all units."""
    lead = list(range(len(task.households)))

    def leader(unit: int) -> int:
        while lead[unit] != unit:
            lead[unit] = lead[lead[unit]]
            unit = lead[unit]
        return unit

    for i, j in task.ends[task.joins].tolist():
        lead[leader(i)] = leader(j)
    return sum(leader(unit) == unit for unit in range(len(lead)))


def surely_infeasible(task: Task) -> bool:
    """Whether the counts alone say that there is no division."""
    total, parts = int(task.households.sum()), task.parts
    return (
        parts < 1
        or parts > len(task.households)
        or not parts * task.lower <= total <= parts * task.upper
        or int(task.households.max()) > task.upper
    )
