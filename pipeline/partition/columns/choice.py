"""The cheapest plan among given parts, in whole numbers: always the next part for a unit that few of them hold."""

import numpy as np

from pipeline.partition.compiled import compiled


def cheapest_choice(
    members: np.ndarray, costs: np.ndarray, parts: int, limit: int, steps: int
) -> tuple[np.ndarray | None, bool]:
    """Choose exactly `parts` of the sets (members (m, n) bool, costs (m)) that hold every unit once, least in cost.

    Only choices that cost at most `limit` count. Returns the chosen sets' numbers, or None, and whether that is
    proved; `steps` sets looked at are the most.
    """
    order = np.argsort(costs, kind="stable")
    rare = np.argsort(members.sum(axis=0), kind="stable")
    bits = np.zeros((len(members), -(-members.shape[1] // 64) * 64), np.uint8)
    bits[:, : members.shape[1]] = members[order][:, rare]
    words = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    chosen, proved = _choose(words, costs[order], members.shape[1], parts, limit, steps)
    return (order[chosen] if len(chosen) else None), proved


@compiled
def _choose(  # type: ignore[no-untyped-def]
    words, costs, n, parts, limit, steps
):
    """Numbers of the chosen sets (empty: none) and whether all choices were tried; sets are sorted by cost.

    `words` (m, W) uint64: bit u of a row says that the set holds unit u; units that few sets hold come first.
    """
    many, width = words.shape
    left = np.zeros((parts + 1, many), np.int64)  # sets that overlap none of those chosen so far
    count, at, unit = np.zeros(parts + 1, np.int64), np.zeros(parts + 1, np.int64), np.zeros(parts + 1, np.int64)
    spent, taken = np.zeros(parts + 1, np.int64), np.zeros((parts + 1, width), np.uint64)
    chosen, best = np.zeros(parts, np.int64), np.zeros(0, np.int64)
    one = np.uint64(1)
    left[0] = np.arange(many)
    count[0] = many
    depth = 0
    while depth >= 0:
        if at[depth] == count[depth]:
            depth -= 1
            continue
        number = left[depth, at[depth]]
        at[depth] += 1
        steps -= 1
        if steps < 0:
            return best, False
        # The sets are sorted: the cheapest one left bounds those still to be chosen.
        others = parts - depth - 1
        if spent[depth] + costs[number] + others * costs[left[depth, 0]] > limit:
            at[depth] = count[depth]
            continue
        if not (words[number, unit[depth] >> 6] >> np.uint64(unit[depth] & 63)) & one:
            continue
        chosen[depth] = number
        for word in range(width):
            taken[depth + 1, word] = taken[depth, word] | words[number, word]
        total = spent[depth] + costs[number]
        first = 0
        while first < n and (taken[depth + 1, first >> 6] >> np.uint64(first & 63)) & one:
            first += 1
        if others == 0:
            if first == n:
                best, limit = chosen.copy(), total - 1
            continue
        if first == n:
            continue
        kept = 0
        for place in range(count[depth]):
            other = left[depth, place]
            cheapest = costs[left[depth + 1, 0]] if kept else costs[other]
            if total + costs[other] + (others - 1) * cheapest > limit:
                break
            apart = True
            for word in range(width):
                if words[number, word] & words[other, word]:
                    apart = False
                    break
            if apart:
                left[depth + 1, kept] = other
                kept += 1
        steps -= count[depth]
        depth += 1
        count[depth], at[depth], unit[depth], spent[depth] = kept, 0, first, total
    return best, True
