"""The compliance problem as an integer programme: limits, survival, decisions, and what can be minimised."""

from itertools import pairwise

import numpy as np

from pipeline.partition.model import INFINITY, Part, PartitionModel
from pipeline.propose.comply.reach import Reach
from pipeline.propose.comply.task import Task, even_number

Expression = dict[int, float]
Sum = tuple[Expression, int]
"""An expression over columns and the constant that belongs to it."""


class Programme:
    """The programme of the plans that `reach` leaves open, with at most `outside` households outside (None: any).

    `model` holds x; `used` (P) the column of each part that says whether it is in use; `off` those of the households
    outside the limits; `sets` by community the columns of what it keeps, where there are up to `most_sets` of them.
    """

    def __init__(
        self,
        task: Task,
        reach: Reach,
        *,
        outside: int | None,
        seed: int,
        whole: bool = True,
        most_sets: int | None = None,
    ):
        self.task, self.reach = task, reach
        self.most_sets = MOST_SETS if most_sets is None else most_sets
        strict = outside == 0
        roots = [Part(office if office >= 0 else None, number) for number, office in enumerate(task.offices)]
        roots += [Part(None, task.communities)] * task.slots
        least = task.lower if strict and not task.decided.excused else 0
        self.model = PartitionModel(task.ground, roots, reach.allowed, least=least, seed=seed)
        self.used: list[int] = []
        self.off: list[int] = []
        self.sets: dict[int, range] = {}
        for part in range(task.parts):
            stays = part < task.communities and bool(reach.stays[part])
            self.used.append(self.model.column(1 if stays else 0, 1, whole=True))
            if not task.excused[part]:
                self._keep_limits(part, strict)
            if not stays:
                self.model.tie_use(part, self.used[part])
            if part < task.communities:
                self._keep_home(part)
                self._supply(part)
        for part in range(task.communities, task.parts - 1):
            smaller = {c: -v for c, v in self.model.households(part + 1).items()}
            self.model.row(0, INFINITY, self.model.households(part) | smaller)
        if outside:
            self.model.row(-INFINITY, outside + 0.5, dict.fromkeys(self.off, 1.0))
        self._number_parts(strict and whole)
        self._obey()

    def outside(self) -> Sum:
        """Households outside the limits."""
        return dict.fromkeys(self.off, 1.0), 0

    def changed(self) -> Sum:
        """Communities created and abolished."""
        signs = [-1.0] * self.task.communities + [1.0] * self.task.slots
        return dict(zip(self.used, signs, strict=True)), self.task.communities

    def moved(self) -> Sum:
        """Moved households."""
        counts, today = self.task.ground.households, self.task.today
        stay = {int(self.model.x[u, p]): -float(counts[u]) for u, p in enumerate(today) if self.model.x[u, p] >= 0}
        return stay, int(counts.sum())

    def border(self) -> Sum:
        """Cost of the new borders, in decimetres; adds the variables that it needs.

        Between what a community keeps and what it gives away the cost is that of the set which it keeps.
        """
        task = self.task
        price: Expression = {}
        rest = []
        i, j = task.ground.ends.T
        inside = np.flatnonzero(task.today[i] == task.today[j])
        for community in range(task.communities):
            edges = inside[task.today[i[inside]] == community].tolist()
            if community not in self.sets:
                rest += edges
                continue
            sets, home = self.reach.kept[community], np.flatnonzero(task.today == community)
            assert sets is not None
            worth = np.zeros(len(sets), np.int64)
            for edge in edges:
                ends = task.ground.ends[edge]
                one, two = ((sets >> at) & 1 for at in np.searchsorted(home, ends).tolist())
                worth += (one != two) * int(task.ground.cost[edge])
                if not (self.reach.allowed[ends, community] & (self.reach.allowed[ends].sum(axis=1) == 1)).any():
                    self._price_parting(community, ends.tolist(), float(task.ground.cost[edge]), price)
            price |= {column: float(value) for column, value in zip(self.sets[community], worth, strict=True) if value}
        for edge, column in self.model.cut(rest).items():
            price[column] = float(task.ground.cost[edge])
        return price, 0

    def balance(self) -> Sum:
        """Sum over the parts of |households - mean|, times the number of communities that the mean is taken over."""
        number, total = float(even_number(self.task)), float(self.task.ground.households.sum())
        price = {}
        for part in range(self.task.parts):
            away = self.model.column(0, INFINITY)
            size = {c: number * v for c, v in self.model.households(part).items()}
            self.model.row(-INFINITY, 0, size | {self.used[part]: -total, away: -1.0})
            self.model.row(0, INFINITY, size | {self.used[part]: -total, away: 1.0})
            price[away] = 1.0
        return price, 0

    def give(self, members: np.ndarray, least: int) -> None:
        """Let the communities `members` (C) bool give away so many households at the least."""
        x, today, counts = self.model.x, self.task.today, self.task.ground.households
        own = np.flatnonzero(members[today]).tolist()
        stay = {int(x[u, today[u]]): -float(counts[u]) for u in own if x[u, today[u]] >= 0}
        self.model.row(least - float(counts[own].sum()) - 0.5, INFINITY, stay)

    def limit(self, level: Sum, most: int, *, least: float = -INFINITY) -> None:
        """Keep a sum at `most` or less, and at `least` or more where no plan has less."""
        expression, constant = level
        self.model.row(least - constant - 0.5, most - constant + 0.5, expression)

    def _keep_limits(self, part: int, strict: bool) -> None:
        """A part in use lies inside the limits in every count, but for the households outside."""
        task, use = self.task, self.used[part]
        off: Expression = {}
        if not strict:
            below, above = self.model.column(0, INFINITY), self.model.column(0, INFINITY)
            self.off += [below, above]
            off = {below: 1.0, above: -1.0}
        low, high = ({c: v for c, v in off.items() if v > 0}, {c: v for c, v in off.items() if v < 0})
        for counts in task.counts.T:
            size = {int(c): float(counts[u]) for u, c in enumerate(self.model.x[:, part]) if c >= 0 and counts[u]}
            self.model.row(0, INFINITY, size | low | {use: -float(task.lower)})
            self.model.row(-INFINITY, 0, size | high | {use: -float(task.upper)})

    def _keep_home(self, part: int) -> None:
        """A community in use holds its office, or one of its units; what it keeps of them is one of the sets listed."""
        task, model, use = self.task, self.model, self.used[part]
        office = task.offices[part]
        home = np.flatnonzero(task.today == part)
        own = {int(model.x[unit, part]): 1.0 for unit in home if model.x[unit, part] >= 0}
        if office >= 0:
            column = int(model.x[office, part])
            model.row(0, 0, {use: -1.0} | ({column: 1.0} if column >= 0 else {}))
        else:
            model.row(0, INFINITY, own | {use: -1.0})
        sets = self.reach.kept[part]
        if sets is None or not 0 < len(sets) <= self.most_sets:
            return
        columns = self.sets[part] = model.span(len(sets))
        model.row(0, 0, dict.fromkeys(columns, 1.0) | {use: -1.0})
        for at, unit in enumerate(home.tolist()):
            if model.x[unit, part] >= 0:
                having = (columns.start + np.flatnonzero((sets >> at) & 1)).tolist()
                model.row(0, 0, dict.fromkeys(having, 1.0) | {int(model.x[unit, part]): -1.0})

    def _price_parting(self, community: int, ends: list[int], cost: float, price: Expression) -> None:
        """Price the ends of an edge that both leave their community, for different parts."""
        x = self.model.x
        parting = self.model.column(0, 1)
        price[parting] = cost
        for one, two in (ends, ends[::-1]):
            stays = {int(x[two, community]): -1.0} if x[two, community] >= 0 else {}
            for part in range(self.task.parts):
                if part != community and x[one, part] >= 0:
                    there = {int(x[two, part]): -1.0} if x[two, part] >= 0 else {}
                    self.model.row(-INFINITY, 0, {int(x[one, part]): 1.0, parting: -1.0} | stays | there)

    def _supply(self, part: int) -> None:
        """What a community takes hangs on its own units: a flow from these reaches every unit that it takes.

        Units beside one that it keeps for certain need no flow and give it on. No arc carries more than the number of
        units that the community can take.
        """
        task, model = self.task, self.model
        home = task.today == part
        mine = model.x[:, part]
        sure = home & (self.reach.allowed.sum(axis=1) == 1) & (mine >= 0)
        if part >= task.communities or not self.reach.stays[part]:
            sure[:] = False
        foreign = np.flatnonzero((mine >= 0) & ~home).tolist()
        beside = {unit for unit in foreign if any(sure[other] for other in task.ground.near[unit])}
        fed = [unit for unit in foreign if unit not in beside]
        carried = np.sort(task.ground.households[fed])
        most = int(np.searchsorted(np.cumsum(carried), self.reach.take[part], side="right"))
        inflow: dict[int, list[int]] = {unit: [] for unit in fed}
        outflow: dict[int, list[int]] = {unit: [] for unit in fed}
        for unit in fed:
            for other in task.ground.near[unit]:
                if mine[other] < 0:
                    continue
                arc = model.column(0, INFINITY)
                inflow[unit].append(arc)
                if other in outflow:
                    outflow[other].append(arc)
                model.row(-INFINITY, 0, {arc: 1.0, int(mine[other]): -float(most - (other in outflow))})
        for unit in fed:
            ins, outs = dict.fromkeys(inflow[unit], 1.0), dict.fromkeys(outflow[unit], -1.0)
            model.row(0, 0, ins | outs | {int(mine[unit]): -1.0})
            model.row(-INFINITY, 0, ins | {int(mine[unit]): -float(most)})

    def _number_parts(self, strict: bool) -> None:
        """As many parts as the households of all counts make, where none may lie outside."""
        if strict:
            fewest, most = self.task.numbers
            counted = {column: 1.0 for part, column in enumerate(self.used) if not self.task.excused[part]}
            self.model.row(fewest, most, counted)

    def _obey(self) -> None:
        """Add what is decided beyond the pairs of unit and part."""
        task, model = self.task, self.model
        decided, x = task.decided, model.x

        def held(unit: int, part: int, value: float) -> Expression:
            return {int(x[unit, part]): value} if x[unit, part] >= 0 else {}

        for group in decided.together:
            for one, two in pairwise(group):
                for part in range(task.parts):
                    both = held(one, part, 1.0) | held(two, part, -1.0)
                    if both:
                        model.row(0, 0, both)
        for ones, others in decided.apart:
            for one in ones:
                for two in others:
                    for part in range(task.parts):
                        both = held(one, part, 1.0) | held(two, part, 1.0)
                        if one == two or len(both) == 2:
                            model.row(-INFINITY, 1 if one != two else 0, both)
        for community in decided.kept:
            model.row(1, 1, {self.used[community]: 1.0})
        for community in decided.vanish:
            model.row(0, 0, {self.used[community]: 1.0})
        for community, one, two in decided.own_links:
            model.row(-INFINITY, 1, held(one, community, 1.0) | held(two, community, 1.0))
        for community, parts in decided.cut:
            home = np.flatnonzero(task.today == community).tolist()
            made = {}
            for slot in range(task.communities, task.parts):
                column = model.column(0, 1, whole=True)
                made[column] = 1.0
                inside = {c: v for unit in home for c, v in held(unit, slot, -1.0).items()}
                model.row(-INFINITY, 0, {column: 1.0} | inside)
            model.row(parts - 1, INFINITY, made)


MOST_SETS = 1500
"""Most sets of one community that become columns."""
