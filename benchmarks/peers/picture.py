"""Draws the table of the peers: households moved against communities inside the limits."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

REACH = 0.15
"""Labels of points nearer than this share of the communities might lie on one another."""


def draw(rows: pd.DataFrame, least_moved: float, path: Path) -> None:
    """Draw a point for every tool that gave a plan (`tool`, `inside`, `moved`, both shares) and the bound as a line."""
    rows = rows.sort_values(["moved", "inside"], ignore_index=True)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    axes.axhline(100 * least_moved, color="0.6", linestyle="--", linewidth=1)
    axes.annotate(
        "no plan with all inside moves less",
        (0.01, 100 * least_moved),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        color="0.4",
        fontsize=8,
    )
    own = rows["tool"].str.startswith("huajie")
    axes.scatter(100 * rows["inside"], 100 * rows["moved"], c=["#c0392b" if mine else "#34495e" for mine in own])
    for row, offset in zip(rows.itertuples(), _spread(rows), strict=True):
        axes.annotate(
            row.tool,
            (100 * row.inside, 100 * row.moved),
            xytext=(-8, offset),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8,
        )
    axes.set(xlabel="communities inside the limits, %", ylabel="households moved, %", ylim=(-4, None))
    axes.set_xlim(min(60.0, 100 * rows["inside"].min() - 15), 101)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _spread(rows: pd.DataFrame) -> list[float]:
    """Give each label, from low to high, an offset in points that keeps it above those before it that lie near."""
    scale = 270 / max(0.01, rows["moved"].max())
    heights: list[float] = []
    for across, up in zip(rows["inside"], rows["moved"], strict=True):
        near = (rows["inside"].iloc[: len(heights)] - across).abs() < REACH
        below = [height for height, close in zip(heights, near, strict=True) if close]
        heights.append(max([up * scale, *(height + 10 for height in below)]))
    return [height - up * scale for height, up in zip(heights, rows["moved"], strict=True)]
