"""The tools: how each is asked for a plan. A tool is imported only inside its own function, in its own process.

Each is given what helps it most of what it can take: the centres of the units as the attributes to be alike, where
attributes are asked for; household counts as the size; the border cost as the weight of an edge; subdistricts apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np
import pandas as pd

from benchmarks.peers.measuring import matched, overlap
from benchmarks.peers.task import Draw, Ground, Task, by_subdistrict

RECOM_STEPS = 1000
"""Steps of the Markov chain for each subdistrict."""

AT = ["x", "y"]


@dataclass(frozen=True)
class Tool:
    """A row of the table: its name, the module it needs (imported before the clock starts), and how it draws a plan."""

    name: str
    needs: str
    plan: Callable[[Task], pd.Series]


def today(task: Task) -> pd.Series:
    """Leave everything as it is."""
    return task.units["community"]


def huajie(task: Task) -> pd.Series:
    """Make the compliance plan, with the CPU limit spread evenly over the subdistricts."""
    from pipeline.propose import propose_compliance
    from pipeline.rules import load_rules
    from pipeline.settings import load_settings

    settings = load_settings(task.area)
    # A quarter is left for what is done around the search.
    share = 0.75 * task.seconds / task.units["subdistrict"].nunique()
    solve = settings.solve.model_copy(update={"seconds": min(settings.solve.seconds, share), "seed": task.seed})
    return propose_compliance(task.units, task.edges, load_rules(settings.rules), solve, jobs=1).plan


def maxp(ground: Ground) -> np.ndarray:
    """Draw as many communities as have the lower limit each (spopt)."""
    from spopt.region import MaxPHeuristic

    if ground.households.sum() < 2 * ground.lower:
        return np.zeros(len(ground.shapes), dtype=int)
    np.random.seed(ground.seed)
    model = MaxPHeuristic(ground.shapes, _weights(ground), AT, "households", ground.lower)
    model.solve()
    return np.asarray(model.labels_)


def skater(ground: Ground) -> np.ndarray:
    """Cut the spanning tree of least dissimilarity into k (spopt; its floor counts units, so none is given)."""
    from spopt.region import Skater

    model = Skater(ground.shapes, _weights(ground), AT, n_clusters=ground.parts)
    model.solve()
    return np.asarray(model.labels_)


def azp(ground: Ground) -> np.ndarray:
    """Draw k communities by the automatic zoning procedure (spopt)."""
    from spopt.region import AZP

    np.random.seed(ground.seed)
    model = AZP(ground.shapes, _weights(ground), AT, n_clusters=ground.parts, random_state=ground.seed)
    model.solve()
    return np.asarray(model.labels_)


def region_k_means(ground: Ground) -> np.ndarray:
    """Draw k communities around seeds (spopt)."""
    from spopt.region import RegionKMeansHeuristic

    centres = ground.shapes[AT].to_numpy()
    model = RegionKMeansHeuristic(centres, ground.parts, _weights(ground), seed=ground.seed)
    model.solve()
    return np.asarray(model.labels_)


def skater_with_floor(ground: Ground) -> np.ndarray:
    """Cut the tree into k with the lower limit of households each (pygeoda)."""
    import pygeoda

    weights = pygeoda.rook_weights(pygeoda.open(ground.shapes))
    households = ground.households.astype(float).tolist()
    found = pygeoda.skater(
        ground.parts,
        weights,
        ground.shapes[AT],
        bound_variable=households,
        min_bound=float(ground.lower),
        random_seed=ground.seed,
        cpu_threads=1,
    )
    return np.asarray(found["Clusters"])


def k_way(ground: Ground) -> np.ndarray:
    """Cut the graph into k contiguous parts of like size along the cheapest borders (METIS by pymetis)."""
    import pymetis

    beside: list[dict[int, int]] = [{} for _ in range(len(ground.shapes))]
    for (a, b), cost in zip(ground.pairs.tolist(), ground.cost_m, strict=True):
        beside[a][b] = beside[b][a] = max(1, round(cost))
    starts = np.cumsum([0, *(len(row) for row in beside)])
    graph = pymetis.CSRAdjacency(adj_starts=starts.tolist(), adjacent=[unit for row in beside for unit in row])
    found = pymetis.part_graph(
        ground.parts,
        adjacency=graph,
        vweights=ground.households.tolist(),
        eweights=[cost for row in beside for cost in row.values()],
        contiguous=True,
        options=pymetis.Options(seed=ground.seed),
    )
    return np.asarray(found.vertex_part)


def tree_partition(ground: Ground) -> np.ndarray:
    """Cut random spanning trees until k communities stay inside the limits (GerryChain)."""
    from gerrychain.partition import recursive_tree_part

    found = recursive_tree_part(
        _chain_graph(ground), range(ground.parts), ground.target, "households", ground.slack, rng=ground.seed
    )
    return _in_order(found)


def recom(ground: Ground) -> np.ndarray:
    """Walk from a tree partition by ReCom and keep the plan under which the fewest households move (GerryChain).

    The walk knows nothing of today; only the choice among its plans does.
    """
    from gerrychain import MarkovChain, Partition, accept
    from gerrychain.partition import recursive_tree_part
    from gerrychain.proposals import recom as step
    from gerrychain.tree import PopulationBalanceError, bipartition_tree

    # A pair of communities that no tree divides inside the limits is left for another pair, or the walk rests a step.
    divide = partial(bipartition_tree, max_attempts=500, allow_pair_reselection=True)
    graph = _chain_graph(ground)
    sizes = {"pop_col": "households", "pop_target": ground.target, "epsilon": ground.slack}
    start = recursive_tree_part(graph, range(ground.parts), rng=ground.seed, **sizes)

    def move(plan: Partition, *, rng: Random) -> Partition:
        try:
            return step(plan, bipartition_tree_fn=divide, rng=rng, **sizes)
        except PopulationBalanceError:
            return plan

    chain = MarkovChain(
        proposal_fn=move,
        constraints=[],
        acceptance_fn=accept.always_accept,
        initial_partition=Partition(graph, assignment=start),
        total_steps=RECOM_STEPS,
        rng=ground.seed,
    )
    return max((_in_order(dict(plan.assignment.items())) for plan in chain), key=partial(_kept, ground))


def _kept(ground: Ground, labels: np.ndarray) -> int:
    """Sum the weights (households, then units) that keep their community under the best names."""
    today, drawn = pd.Series(ground.today).astype("str"), pd.Series(labels).astype("str")
    weights = overlap(today, drawn, ground.shapes["households"])
    return sum(int(weights.loc[name, label]) for label, name in matched(weights).items())


def _in_order(found: Mapping[int, int]) -> np.ndarray:
    return np.array([found[unit] for unit in range(len(found))])


def _chain_graph(ground: Ground) -> object:
    import networkx
    from gerrychain import Graph

    graph = networkx.Graph()
    for unit, households in enumerate(ground.households.tolist()):
        graph.add_node(unit, households=households)
    graph.add_edges_from(ground.pairs.tolist())
    return Graph.from_networkx(graph)


def _weights(ground: Ground) -> object:
    from libpysal.weights import W

    return W(ground.neighbours(), silence_warnings=True)


def _by_subdistrict(name: str, needs: str, draw: Draw) -> Tool:
    return Tool(name, needs, partial(by_subdistrict, draw=draw))


TOOLS = (
    Tool("today", "pipeline", today),
    Tool("huajie compliance", "pipeline.propose", huajie),
    _by_subdistrict("spopt MaxPHeuristic", "spopt.region", maxp),
    _by_subdistrict("spopt Skater", "spopt.region", skater),
    _by_subdistrict("spopt AZP", "spopt.region", azp),
    _by_subdistrict("spopt RegionKMeans", "spopt.region", region_k_means),
    _by_subdistrict("pygeoda SKATER, floor", "pygeoda", skater_with_floor),
    _by_subdistrict("GerryChain tree partition", "gerrychain.proposals", tree_partition),
    _by_subdistrict(f"GerryChain ReCom, best of {RECOM_STEPS:,}", "gerrychain.proposals", recom),
    _by_subdistrict("pymetis contiguous k-way", "pymetis", k_way),
)
"""In the order of the table."""
