"""A plan that must hold in later years is held to them, by the search and by a check of its own."""

import pandas as pd
from propose.small_places import place, with_offices

from pipeline.propose import propose_compliance
from pipeline.rules import load_rules
from pipeline.settings import SolveSection
from pipeline.verify import verify_counts

RULES = load_rules()


def test_a_community_outside_the_limits_in_a_later_year_is_a_breach_unless_a_reason_is_given():
    plan = pd.Series({"u1": "a", "u2": "a", "u3": "b"})
    also = pd.DataFrame({2030: [1000, 2500, 1500]}, index=plan.index)
    found = verify_counts(plan, also, RULES, left={})
    assert found["id"].tolist() == ["a"]
    assert "3500 households in 2030" in found["detail"].iloc[0]
    assert verify_counts(plan, also, RULES, left={"a": "建设在即"}).empty
    assert verify_counts(plan, None, RULES, left={}).empty


def test_the_compliance_plan_keeps_within_the_limits_in_every_count():
    held = 0
    for seed in range(8):
        units, edges = place(seed, 4, 4, communities=3, mean=330)
        units = with_offices(units, seed)
        also = pd.DataFrame({2030: units["households"] * [1, 2][seed % 2] // 1}, index=units.index)
        also.loc[also.index[::3], 2030] += 150
        proposal = propose_compliance(units, edges, RULES, SolveSection(seconds=10), also=also)
        assert verify_counts(proposal.plan, also, RULES, left=proposal.left).empty
        sizes = also[2030].groupby(proposal.plan).sum()
        held += not proposal.left and bool(sizes.between(1000, 3000).all())
    assert held
