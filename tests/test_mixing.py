"""R-hat and the effective sample size tell chains that mix from chains that do not."""

import numpy as np
import pytest

from pipeline.mixing import effective_draws, r_hat


def noise(seed: int = 0, chains: int = 4, length: int = 1000) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(chains, length))


def sluggish(pull: float, length: int = 5000) -> np.ndarray:
    """Chains whose next value is the last one times `pull` plus noise."""
    steps = noise(1, 4, length)
    chains = np.zeros_like(steps)
    for step in range(1, length):
        chains[:, step] = pull * chains[:, step - 1] + steps[:, step]
    return chains


def test_independent_draws_count_in_full_and_agree():
    draws = noise()
    assert r_hat(draws) == pytest.approx(1.0, abs=0.005)
    assert effective_draws(draws) == pytest.approx(4000, rel=0.1)


def test_chains_that_stay_in_places_of_their_own_have_a_large_r_hat_and_few_effective_draws():
    draws = noise() + np.array([[0.0], [0.0], [0.0], [5.0]])
    assert r_hat(draws) > 1.4
    assert effective_draws(draws) < 20


def test_a_chain_that_still_drifts_is_told_although_all_drift_alike():
    assert r_hat(noise() + np.linspace(0, 5, 1000)) > 1.4


def test_chains_of_one_middle_and_unlike_spread_are_told():
    assert r_hat(noise() * np.array([[1.0], [1.0], [1.0], [8.0]])) > 1.05


@pytest.mark.parametrize("pull", [0.5, 0.9])
def test_correlated_draws_count_as_theory_says(pull):
    # An autoregressive chain of first order has (1 - pull) / (1 + pull) independent draws for each draw.
    assert effective_draws(sluggish(pull)) == pytest.approx(20_000 * (1 - pull) / (1 + pull), rel=0.15)


def test_a_monotone_change_of_the_measure_changes_nothing():
    draws = noise()
    assert r_hat(np.exp(draws * 3)) == pytest.approx(r_hat(draws), abs=0.002)
    assert effective_draws(np.exp(draws * 3)) == pytest.approx(effective_draws(draws))


def test_a_measure_that_never_changes_is_mixed():
    assert (1.0, 400.0) == (r_hat(np.ones((4, 100))), effective_draws(np.ones((4, 100))))


def test_chains_that_are_each_stuck_elsewhere_are_not_mixed():
    stuck = np.repeat(np.arange(4.0)[:, None], 100, axis=1)
    assert np.isinf(r_hat(stuck))
    assert 4 == effective_draws(stuck)


def test_too_few_draws_are_refused():
    with pytest.raises(ValueError, match="four draws"):
        r_hat(np.ones((4, 3)))
