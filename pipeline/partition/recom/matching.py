"""Compiled measures of many plans: which part bears which name of today, and how many households stay.

Names go to parts so that most households stay, exactly: an assignment by shortest augmenting paths with prices (Kuhn
1955, in the form of Jonker and Volgenant 1987). With offices known, a name goes only to the part that holds its
office.
"""

import numpy as np

from pipeline.partition.compiled import compiled


@compiled
def numbered(labels: np.ndarray) -> np.ndarray:
    """Number the parts of plans (draws, n) in the order of their first units."""
    draws, n = labels.shape
    found = np.empty((draws, n), np.int32)
    for draw in range(draws):
        number = np.full(labels[draw].max() + 1, -1)
        fresh = 0
        for unit in range(n):
            part = labels[draw, unit]
            if number[part] < 0:
                number[part] = fresh
                fresh += 1
            found[draw, unit] = number[part]
    return found


@compiled
def fingerprints(labels: np.ndarray) -> np.ndarray:
    """Make one number (uint64) of each plan whose parts are `numbered`: equal plans have equal numbers (FNV-1a)."""
    draws, n = labels.shape
    found = np.empty(draws, np.uint64)
    for draw in range(draws):
        mixed = np.uint64(14695981039346656037)
        for unit in range(n):
            mixed = (mixed ^ np.uint64(labels[draw, unit])) * np.uint64(1099511628211)
        found[draw] = mixed
    return found


@compiled
def most_kept(shared: np.ndarray) -> int:
    """Greatest sum of `shared` (rows, columns; int64, none negative) that gives a row at most one column and a column
    at most one row."""
    rows, columns = shared.shape
    if rows > columns:
        shared = shared.T
        rows, columns = columns, rows
    price_row, price_column = np.zeros(rows + 1, np.int64), np.zeros(columns + 1, np.int64)
    holder, way = np.zeros(columns + 1, np.int64), np.zeros(columns + 1, np.int64)
    endless = np.int64(2**62)
    for row in range(1, rows + 1):
        holder[0] = row
        column = 0
        least = np.full(columns + 1, endless)
        seen = np.zeros(columns + 1, np.bool_)
        while True:
            seen[column] = True
            held, step, ahead = holder[column], endless, 0
            for other in range(1, columns + 1):
                if not seen[other]:
                    off = -shared[held - 1, other - 1] - price_row[held] - price_column[other]
                    if off < least[other]:
                        least[other], way[other] = off, column
                    if least[other] < step:
                        step, ahead = least[other], other
            for other in range(columns + 1):
                if seen[other]:
                    price_row[holder[other]] += step
                    price_column[other] -= step
                else:
                    least[other] -= step
            column = ahead
            if holder[column] == 0:
                break
        while column:
            holder[column] = holder[way[column]]
            column = way[column]
    total = 0
    for column in range(1, columns + 1):
        if holder[column]:
            total += shared[holder[column] - 1, column - 1]
    return total


@compiled
def kept_households(
    labels: np.ndarray, households: np.ndarray, today: np.ndarray, names: int, anchor: np.ndarray
) -> np.ndarray:
    """Households of each plan (draws, n; parts numbered) that keep their community when names are given best.

    `today` (n): community of each unit, 0..names-1. A community with offices (`anchor`) can only go to a part that
    holds one of them.
    """
    draws, n = labels.shape
    office = np.zeros(names, np.bool_)
    for unit in range(n):
        if anchor[unit]:
            office[today[unit]] = True
    found = np.zeros(draws, np.int64)
    for draw in range(draws):
        plan = labels[draw]
        parts = plan.max() + 1
        shared, lawful = np.zeros((parts, names), np.int64), np.zeros((parts, names), np.bool_)
        for unit in range(n):
            part, name = plan[unit], today[unit]
            shared[part, name] += households[unit]
            if anchor[unit] or not office[name]:
                lawful[part, name] = True
        for part in range(parts):
            for name in range(names):
                if not lawful[part, name]:
                    shared[part, name] = 0
        found[draw] = most_kept(shared)
    return found
