"""An instance is read whole, or everything that is wrong with it is told."""

import pytest
from partition.small_instances import grid

from pipeline.errors import HuajieError
from pipeline.partition.instance import instance_of, read_instance


def told(given: object) -> str:
    with pytest.raises(HuajieError) as error:
        instance_of(given, "x.json")
    return str(error.value)


def test_an_instance_is_read_as_it_stands(shared):
    given = read_instance(shared / "bench" / "instances" / "ME_county.json")
    assert (len(given.ids), len(given.ends), given.parts, given.lower, given.upper) == (16, 34, 2, 660860, 667501)
    assert given.counts.sum() == 1328361
    assert given.places is not None


def test_a_pair_given_twice_is_one_edge():
    given = grid(2)
    twice = instance_of(given | {"edges": [*given["edges"], [1, 0, 5], [0, 1]]})
    assert twice.ends.tolist() == instance_of(given).ends.tolist()


def test_ids_may_be_texts_and_are_told_apart_from_numbers():
    nodes = [{"id": 1, "pop": 2}, {"id": "1", "pop": 3.0}]
    given = instance_of({"k": 1, "L": 5, "U": 5, "nodes": nodes, "edges": [[1, "1"]]})
    assert (given.counts.tolist(), given.ends.tolist(), given.places) == ([2, 3], [[0, 1]], None)


def test_limits_with_a_fraction_let_in_the_same_counts():
    given = instance_of(grid(2) | {"L": 1.2, "U": 2.9})
    assert (given.lower, given.upper) == (2, 2)


@pytest.mark.parametrize("key", ["k", "L", "U", "nodes", "edges"])
def test_a_missing_key_is_named(key):
    assert f"key {key} is missing" in told({name: value for name, value in grid(2).items() if name != key})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 0}, "k is 0; there must be at least one part"),
        ({"k": "two"}, 'k is "two", not a whole number'),
        ({"L": 3, "U": 2}, "L (3) is above U (2)"),
        ({"L": True}, "L is true, not a number"),
        ({"nodes": []}, "nodes is not a list of at least one node"),
        ({"nodes": [{"id": 0}]}, "node number 1 has no id or no pop"),
        ({"nodes": [{"id": 0, "pop": -1}]}, "node 0 has pop -1, not a whole number from 0"),
        ({"nodes": [{"id": 0, "pop": 1}, {"id": 0, "pop": 1}]}, "node 0 stands twice"),
        ({"edges": [[0, 9, 1]]}, "edge [0, 9, 1] names a node that does not exist"),
        ({"edges": [[0, 0, 1]]}, "edge [0, 0, 1] leads from a node to itself"),
        ({"edges": [[0]]}, "edge [0] is not [id, id, shared border]"),
        ({"edges": {}}, "edges is not a list"),
    ],
)
def test_what_is_wrong_is_told(change, message):
    assert message in told(grid(2) | change)


def test_all_that_is_wrong_is_told_at_once():
    message = told(grid(2) | {"k": 0, "edges": [[0, 9, 1], [0, 0, 1]]})
    assert message.startswith("x.json cannot be solved:")
    assert message.count("\n- ") == 3


@pytest.mark.parametrize("given", [[], 1, None, "text"])
def test_what_is_no_object_is_refused(given):
    assert "holds no object with k, L, U, nodes, edges" in told(given)
