"""Names parts after today's communities so that fewest change: labels of whole parts are exchanged."""

import numpy as np

from pipeline.partition.search.board import Board


def named(board: Board, labels: np.ndarray, parts: int) -> np.ndarray:
    """Exchange labels of whole parts (n labels below P) where that is lawful and fewer communities or units change.

    A community's label goes only to a part that holds its office, or one of its units where no office is known.
    """
    communities = len(board.office)
    held = np.zeros((parts, communities), np.int64)
    units = np.zeros((parts, communities), np.int64)
    np.add.at(held, (labels, board.today), board.counts)
    np.add.at(units, (labels, board.today), 1)
    lawful = units > 0
    known = np.flatnonzero(board.office >= 0)
    lawful[:, known] = False
    lawful[labels[board.office[known]], known] = True
    if len(board.allowed) > 1:
        for part in np.unique(labels):
            lawful[part] &= board.allowed[labels == part, :communities].all(axis=0)
    name = np.arange(parts)
    used = np.bincount(labels, minlength=parts) > 0
    for community in np.flatnonzero(~used[:communities]):
        takers = [part for part in np.flatnonzero(used[communities:]) + communities if lawful[part, community]]
        takers = [part for part in takers if name[part] == part]
        if takers:
            best = max(takers, key=lambda part: (held[part, community], -part))
            name[best], name[community] = community, best
    while _exchange(name, held, lawful, used, communities, board, labels):
        pass
    return name[labels]


def _exchange(
    name: np.ndarray,
    held: np.ndarray,
    lawful: np.ndarray,
    used: np.ndarray,
    communities: int,
    board: Board,
    labels: np.ndarray,
) -> bool:
    """Exchange the names of the first two parts that are better off so; whether there were two."""
    free = board.office[np.minimum(name, communities - 1)] < 0
    free |= name >= communities
    several = np.flatnonzero(used & free).tolist()
    for place, one in enumerate(several):
        for two in several[place + 1 :]:
            gain = 0
            fine = True
            for part, new in ((one, name[two]), (two, name[one])):
                if new < communities:
                    fine &= bool(lawful[part, new])
                    gain += held[part, new]
                else:
                    fine &= len(board.allowed) == 1 or bool(board.allowed[labels == part, communities].all())
                gain -= held[part, name[part]] if name[part] < communities else 0
            if fine and gain > 0:
                name[one], name[two] = name[two], name[one]
                return True
    return False
