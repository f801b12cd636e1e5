"""What `solve` proves is what trying every plan finds, and what is published."""

import json

import numpy as np
import pytest
from partition.small_instances import fewest_cuts, grid, instance, least_inertia
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import HuajieError
from pipeline.partition.instance import instance_of, read_instance
from pipeline.partition.solve import Answer, breaches, solve, worth

SHAPES = [(3, 3, 2, 0.2), (4, 3, 3, 0.15), (5, 2, 2, 0.03), (3, 3, 4, 0.5), (2, 5, 3, 0.3), (10, 1, 3, 0.6)]


def same(answer: Answer, expected: int | None) -> None:
    if expected is None:
        assert (answer.labels, answer.found, answer.proof) == (None, None, "infeasible")
        assert answer.reason
    else:
        assert (answer.found, answer.bound, answer.proof) == (expected, expected, "optimal")


@pytest.mark.parametrize("seed", range(36))
def test_fewest_cut_edges_are_what_trying_every_plan_finds(seed):
    given = instance(seed, *SHAPES[seed % len(SHAPES)])
    same(solve(instance_of(given)), fewest_cuts(given))


@pytest.mark.parametrize("seed", range(18))
def test_least_inertia_is_what_trying_every_plan_finds(seed):
    given = instance(500 + seed, *SHAPES[seed % len(SHAPES)])
    expected = least_inertia(given)
    answer = solve(instance_of(given), objective="inertia")
    if expected is None or answer.proof == "optimal":
        same(answer, expected)
    else:  # dear nodes are counted in steps: the bound may lie below by as much
        assert (answer.found, answer.proof) == (expected, "gap")
        assert 0 <= expected - answer.bound <= expected / 1e4


@pytest.mark.parametrize(("state", "published"), [("ME", 16), ("ID", 10), ("NM", 17), ("WV", 23)])
def test_published_optima_of_small_states_are_reached_and_proved(shared, state, published):
    given = read_instance(shared / "bench" / "instances" / f"{state}_county.json")
    answer = solve(given)
    assert (answer.found, answer.bound, answer.proof) == (published, published, "optimal")
    assert breaches(given, answer.labels) == []


@pytest.mark.parametrize(("side", "published"), [(5, 239_524), (6, 418_572)])
def test_published_inertia_of_square_grids_is_reached_and_proved(side, published):
    answer = solve(instance_of(grid(side)), objective="inertia")
    assert (answer.found, answer.bound, answer.proof) == (published, published, "optimal")


@pytest.mark.parametrize("seed", range(6))
def test_whole_parts_prove_alone_what_trying_every_plan_finds(seed, monkeypatch):
    monkeypatch.setattr("pipeline.partition.solve.SWEEPING", -1.0)
    given = instance(900 + seed, *SHAPES[seed % len(SHAPES)])
    same(solve(instance_of(given), seconds=20), fewest_cuts(given))


@pytest.mark.parametrize(("state", "published"), [("WV", 23), ("AL", 55)])
def test_whole_parts_prove_published_optima_without_a_sweep(shared, state, published, monkeypatch):
    monkeypatch.setattr("pipeline.partition.solve.SWEEPING", -1.0)
    answer = solve(read_instance(shared / "bench" / "instances" / f"{state}_county.json"), seconds=120)
    assert (answer.found, answer.bound, answer.proof) == (published, published, "optimal")


def test_a_bound_given_without_proof_holds(shared):
    given = read_instance(shared / "bench" / "instances" / "IA_county.json")
    answer = solve(given, seconds=0.5)
    assert answer.bound <= 33 <= answer.found


def test_many_parts_are_divided_though_no_sweep_has_room_for_them():
    given = instance(1, 12, 8, 20, 0.5)
    answer = solve(instance_of(given), seconds=2)
    assert 19 <= answer.bound <= answer.found
    assert breaches(instance_of(given), answer.labels) == []


def test_a_graph_in_pieces_is_divided_within_them():
    given = grid(4) | {"edges": [[i, j, 1] for i, j, _ in grid(4)["edges"] if (i < 8) == (j < 8)]}
    answer = solve(instance_of(given | {"k": 2, "L": 8, "U": 8}))
    assert (answer.found, answer.proof) == (0, "optimal")
    assert solve(instance_of(given | {"k": 3, "L": 5, "U": 6})).proof == "infeasible"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"U": 0, "L": 0}, "node 0 has 1, above U 0"),
        ({"k": 17, "L": 0}, "16 nodes cannot make 17 parts"),
        ({"k": 3}, "16 in all does not fit 3 parts of 4 to 4"),
    ],
)
def test_what_counts_forbid_is_told(change, reason):
    answer = solve(instance_of(grid(4) | change))
    assert (answer.proof, answer.reason) == ("infeasible", reason)


def test_the_check_of_plans_sees_what_is_broken():
    given = instance_of(grid(4))
    rows, columns = np.arange(16) // 4, np.arange(16) % 4
    assert breaches(given, rows) == []
    assert worth(given, rows, "cut-edges") == 12
    assert breaches(given, np.minimum(rows, 2)) == ["3 parts in place of 4", "part 2 has 8, outside 4 to 4"]
    assert breaches(given, (rows + columns) % 4) == [f"part {part} is in pieces" for part in range(4)]


def test_inertia_asks_for_places():
    bare = grid(3)
    bare["nodes"] = [{"id": node["id"], "pop": 1} for node in bare["nodes"]]
    with pytest.raises(HuajieError, match="needs x and y of every node"):
        solve(instance_of(bare), objective="inertia")


def test_the_command_ends_with_one_json_object_and_writes_the_plan(tmp_path):
    (tmp_path / "grid.json").write_text(json.dumps(grid(4)))
    result = CliRunner().invoke(app, ["solve", str(tmp_path / "grid.json"), "--out", str(tmp_path / "plan.csv")])
    assert result.exit_code == 0
    said = json.loads(result.stdout.splitlines()[-1])
    assert said.keys() == {"found", "bound", "proof", "seconds", "parts"}
    assert (said["found"], said["bound"], said["proof"], said["parts"]) == (8, 8, "optimal", 4)
    rows = [line.split(",") for line in (tmp_path / "plan.csv").read_text().splitlines()]
    assert rows[0] == ["id", "part"]
    assert [int(row[0]) for row in rows[1:]] == list(range(16))
    assert breaches(instance_of(grid(4)), np.array([int(row[1]) for row in rows[1:]])) == []


def test_the_command_says_why_there_is_no_plan(tmp_path):
    (tmp_path / "grid.json").write_text(json.dumps(grid(4) | {"k": 3}))
    result = CliRunner().invoke(app, ["solve", str(tmp_path / "grid.json"), "--out", str(tmp_path / "plan.csv")])
    said = json.loads(result.stdout.splitlines()[-1])
    assert (result.exit_code, said["found"], said["proof"]) == (0, None, "infeasible")
    assert said["reason"] == "16 in all does not fit 3 parts of 4 to 4"
    assert not (tmp_path / "plan.csv").exists()


def test_the_command_refuses_what_it_cannot_read(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    for path in (tmp_path / "bad.json", tmp_path / "none.json"):
        result = CliRunner().invoke(app, ["solve", str(path)])
        assert (result.exit_code, result.stdout) == (1, "")
        assert str(path) in result.stderr
