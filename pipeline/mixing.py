"""Tells how far several chains can be trusted: rank-normalised split R-hat and effective sample size of one measure.

Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), "Rank-normalization, folding, and localization: an
improved R-hat for assessing convergence of MCMC", Bayesian Analysis 16(2).
"""

from statistics import NormalDist

import numpy as np

R_HAT_TRUSTED = 1.01
"""R-hat up to which the source calls chains mixed."""

ESS_TRUSTED = 400
"""Effective draws (100 for each of four chains) from which the source trusts the estimates."""


def r_hat(draws: np.ndarray) -> float:
    """Rank-normalised split R-hat of one measure, the larger of the plain and the folded one.

    `draws` (chains, draws): at least four draws each. 1 where all draws are equal; infinite where no half of a chain
    moves but they differ.
    """
    halves = _halves(draws)
    folded = np.abs(halves - np.median(halves))
    return max(_potential(_normal_scores(halves)), _potential(_normal_scores(folded)))


def effective_draws(draws: np.ndarray) -> float:
    """Independent draws that would tell as much of the middle of one measure (bulk ESS).

    `draws` (chains, draws). The number of draws itself where all are equal; at most draws x log10(draws), as in the
    source, for chains that swing about the middle.
    """
    scores = _normal_scores(_halves(draws))
    chains, length = scores.shape
    total = chains * length
    if _stuck(scores):
        return float(total) if np.ptp(scores) == 0 else float(chains // 2)
    within = scores.var(axis=1, ddof=1).mean()
    joint = within * (length - 1) / length + scores.mean(axis=1).var(ddof=1)
    covariance = np.mean([_autocovariance(chain) for chain in scores], axis=0)
    correlation = 1 - (within - covariance * length / (length - 1)) / joint
    correlation[0] = 1.0
    pairs = correlation[: length - length % 2].reshape(-1, 2).sum(axis=1)
    # Geyer (1992): pairs of a reversible chain are positive and fall; what follows the first negative one is noise.
    negative = np.flatnonzero(pairs <= 0)
    pairs = np.minimum.accumulate(pairs[: negative[0]] if len(negative) else pairs)
    time = max(-1 + 2 * float(pairs.sum()), 1 / np.log10(total))
    return float(total / time)


def _halves(draws: np.ndarray) -> np.ndarray:
    """Cut every chain in two, so that one that still drifts differs from itself; the middle of an odd one is left."""
    half = draws.shape[1] // 2
    if half < 2:
        raise ValueError(f"at least four draws of each chain are needed, got {draws.shape[1]}")
    return np.concatenate([draws[:, :half], draws[:, -half:]]).astype(float)


def _normal_scores(draws: np.ndarray) -> np.ndarray:
    """Replace draws by the quantiles of the normal law that belong to their ranks, equal draws by that of the mean."""
    _, inverse, count = np.unique(draws, return_inverse=True, return_counts=True)
    ranks = count.cumsum() - (count - 1) / 2
    quantile = NormalDist().inv_cdf
    scores = np.array([quantile(p) for p in ((ranks - 0.375) / (draws.size + 0.25)).tolist()])
    return scores[inverse].reshape(draws.shape)


def _potential(scores: np.ndarray) -> float:
    """Compare the variance between chains with that inside them (Gelman and Rubin 1992)."""
    if _stuck(scores):
        return 1.0 if np.ptp(scores) == 0 else float("inf")
    length = scores.shape[1]
    within, between = scores.var(axis=1, ddof=1).mean(), scores.mean(axis=1).var(ddof=1)
    return float(np.sqrt((length - 1) / length + between / within))


def _stuck(scores: np.ndarray) -> bool:
    """Whether no chain moves."""
    return bool((np.ptp(scores, axis=1) == 0).all())


def _autocovariance(chain: np.ndarray) -> np.ndarray:
    """Autocovariance at every lag, by the Fourier transform."""
    length = len(chain)
    spectrum = np.fft.rfft(chain - chain.mean(), 2 * length)
    return np.fft.irfft(np.abs(spectrum) ** 2, 2 * length)[:length] / length
