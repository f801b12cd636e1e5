"""The compiled heart of a sweep: all states after one more unit, and what each state costs to finish.

A state is packed: `pieces` (words of 16 slots, 4 bits each) says to which connected piece each unit of the front
belongs, `owners` (15 x 4 bits) to which part each piece, and in its top 4 bits how many parts are closed. Pieces and
parts are numbered in the order in which the front meets them, so that states which look alike are equal.
"""

import numpy as np

from pipeline.partition.compiled import compiled

SLOTS = 16
"""Units of the front in one word."""
MOST_PIECES = 15
"""Pieces, and parts, that a state has room for."""
NEVER = np.int64(1 << 60)
"""Price of what cannot be."""
ONE = np.uint64(1)
NIBBLE = np.uint64(15)


@compiled
def hashed(pieces, owners, coarse, grain, open_parts):  # type: ignore[no-untyped-def]
    """Hash of a state: its two packed descriptions, its coarse state and the grain of every open part."""
    mixed = (owners + np.uint64(coarse)) * np.uint64(0x9E3779B97F4A7C15)
    for word in pieces:
        mixed ^= mixed >> np.uint64(29)
        mixed = (mixed + word) * np.uint64(0xBF58476D1CE4E5B9)
    for part in range(open_parts):
        mixed ^= mixed >> np.uint64(31)
        mixed = (mixed + np.uint64(grain[part])) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(32))


@compiled
def longer(array, length):  # type: ignore[no-untyped-def]
    """Copy a table of rows into one with room for more."""
    more = np.zeros((length, array.shape[1]), array.dtype)
    more[: len(array)] = array
    return more


@compiled
def slots_of(hashes, count, size):  # type: ignore[no-untyped-def]
    """Make the hash table (open addressing, `size` a power of two) of the states so far."""
    table = np.full(size, -1, np.int32)
    for state in range(count):
        slot = np.int64(hashes[state, 0] & np.uint64(size - 1))
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = state
    return table


@compiled
def grow(  # type: ignore[no-untyped-def]
    layer, above, front, beside, cut, kept, joins, stay, count, left, limits, uneven, worst, width, most
):
    """All states after one more unit.

    `layer`: (pieces, owners, price, low, high, coarse) of the states before: price is the least paid so far, low and
    high the households of each open part, coarse the number of the state in the coarser sweep. `above`: (child, togo)
    of the coarser sweep, child empty where there is none. `front`: units of the front; `beside`: slots of those that
    border on the new unit, with the price of each edge when `cut` and when `kept`, and whether it `joins` its ends;
    `stay`: slots of front and unit (last) that make up the next front. `count`: households of the unit, `left` those
    of the units still to come (-1: none to come). `limits`: (lower, upper, parts, total). A part closes with
    `uneven` x |parts x households - total| to pay. States dearer than `worst` are left out. Households are told apart
    by `width`. More states than `most`, or one that cannot be packed, give None-like empty tables and False.
    """
    pieces, owners, price, low, high, coarse = layer
    above_child, above_togo = above
    lower, upper, parts, total = limits
    guided = above_child.shape[0] > 0
    last = left < 0
    left = max(left, 0)
    words = (len(stay) + SLOTS - 1) // SLOTS + (len(stay) == 0)
    room = low.shape[1]
    states = len(price)
    child = np.full((states, room + 1), -1, np.int32)
    paid = np.zeros((states, room + 1), np.int64)
    space = max(1024, states)
    size = 2048
    while size < 2 * space:
        size *= 2
    found_pieces, found_owners = np.zeros((space, words), np.uint64), np.zeros((space, 1), np.uint64)
    found_price, found_coarse = np.zeros((space, 1), np.int64), np.zeros((space, 1), np.int32)
    found_low, found_high = np.zeros((space, room), np.int64), np.zeros((space, room), np.int64)
    found_grain, hashes = np.zeros((space, room), np.int64), np.zeros((space, 1), np.uint64)
    table = np.full(size, -1, np.int32)
    found, fits = 0, True
    piece = np.zeros(front + 1, np.int64)
    after = np.zeros(front + 1, np.int64)
    owner = np.zeros(MOST_PIECES + 2, np.int64)
    least, greatest = np.zeros(MOST_PIECES + 2, np.int64), np.zeros(MOST_PIECES + 2, np.int64)
    new_piece, new_part = np.zeros(MOST_PIECES + 2, np.int64), np.zeros(MOST_PIECES + 2, np.int64)
    new_low, new_high = np.zeros(MOST_PIECES + 2, np.int64), np.zeros(MOST_PIECES + 2, np.int64)
    grain = np.zeros(MOST_PIECES + 2, np.int64)
    packed = np.zeros(words, np.uint64)
    for state in range(states):
        number, open_parts = 0, 0
        for slot in range(front):
            word = pieces[state, slot // SLOTS]
            piece[slot] = np.int64((word >> np.uint64(4 * (slot % SLOTS))) & NIBBLE)
            number = max(number, piece[slot] + 1)
        for one in range(number):
            owner[one] = np.int64((owners[state] >> np.uint64(4 * one)) & NIBBLE)
            open_parts = max(open_parts, owner[one] + 1)
        closed_before = np.int64(owners[state] >> np.uint64(60))
        for part in range(open_parts + 1):
            if part == open_parts and open_parts + closed_before >= parts:
                break
            under = np.int32(0)
            if guided:
                under = above_child[coarse[state], part]
                if under < 0:
                    continue
            here = np.int64(0)
            for edge in range(len(beside)):
                here += kept[edge] if owner[piece[beside[edge]]] == part else cut[edge]
            togo = above_togo[under] if guided else np.int64(0)
            if price[state] + here + togo > worst:
                continue
            # Households of the part that takes the unit.
            for other in range(open_parts):
                least[other], greatest[other] = low[state, other], high[state, other]
            now_open = open_parts
            if part == open_parts:
                least[part], greatest[part] = 0, 0
                now_open += 1
            least[part] += count
            greatest[part] = min(greatest[part] + count, upper)
            if least[part] > upper:
                continue
            # The unit joins the pieces of its part that it borders on to one, numbered last.
            for slot in range(front):
                after[slot] = piece[slot]
            after[front] = number
            for edge in range(len(beside)):
                old = piece[beside[edge]]
                if joins[edge] and owner[old] == part:
                    for slot in range(front):
                        if piece[slot] == old:
                            after[slot] = number
            owner[number] = part
            # Renumber what stays; a piece that goes must be the whole of its part, which is then closed.
            for one in range(number + 1):
                new_piece[one] = -1
            for one in range(now_open):
                new_part[one] = -1
            pieces_after, parts_after = 0, 0
            for place in range(len(stay)):
                one = after[stay[place]]
                if new_piece[one] < 0:
                    new_piece[one] = pieces_after
                    pieces_after += 1
                    if new_part[owner[one]] < 0:
                        new_part[owner[one]] = parts_after
                        parts_after += 1
            closed, whole = closed_before, True
            for slot in range(front + 1):
                one = after[slot]
                if new_piece[one] != -1:
                    continue
                mine = owner[one]
                if new_part[mine] != -1 or greatest[mine] < lower:
                    whole = False  # another piece of the part is left behind, or the part is too small
                    break
                new_piece[one] = -2
                new_part[mine] = -2
                closed += 1
                if uneven > 0:
                    few, many = max(least[mine], lower), greatest[mine]
                    here += uneven * max(np.int64(0), parts * few - total, total - parts * many)
            if not whole or price[state] + here + togo > worst or (last and closed != parts):
                continue
            needed, taken = (parts - closed - parts_after) * lower, (parts - closed - parts_after) * upper
            for one in range(now_open):
                if new_part[one] >= 0:
                    new_low[new_part[one]], new_high[new_part[one]] = least[one], greatest[one]
                    needed += max(np.int64(0), lower - greatest[one])
                    taken += upper - least[one]
            if needed > left or taken < left:
                continue
            if pieces_after > MOST_PIECES:
                fits = False
                break
            # Pack, and look the state up.
            for word_number in range(words):
                packed[word_number] = np.uint64(0)
            for place in range(len(stay)):
                shift = np.uint64(4 * (place % SLOTS))
                packed[place // SLOTS] |= np.uint64(new_piece[after[stay[place]]]) << shift
            packed_owners = np.uint64(closed) << np.uint64(60)
            for one in range(number + 1):
                if new_piece[one] >= 0:
                    packed_owners |= np.uint64(new_part[owner[one]]) << np.uint64(4 * new_piece[one])
            for one in range(parts_after):
                grain[one] = new_low[one] // width
            key = hashed(packed, packed_owners, under, grain, parts_after)
            slot = np.int64(key & np.uint64(size - 1))
            same = -1
            while table[slot] >= 0:
                one = table[slot]
                if hashes[one, 0] == key and found_owners[one, 0] == packed_owners and found_coarse[one, 0] == under:
                    equal = True
                    for word_number in range(words):
                        equal = equal and found_pieces[one, word_number] == packed[word_number]
                    for other in range(parts_after):
                        equal = equal and found_grain[one, other] == grain[other]
                    if equal:
                        same = one
                        break
                slot = (slot + 1) & (size - 1)
            if same >= 0:
                found_price[same, 0] = min(found_price[same, 0], price[state] + here)
                for one in range(parts_after):
                    found_low[same, one] = min(found_low[same, one], new_low[one])
                    found_high[same, one] = max(found_high[same, one], new_high[one])
            else:
                if found == most:
                    fits = False
                    break
                if found == space:
                    space *= 2
                    size *= 2
                    found_pieces, found_owners = longer(found_pieces, space), longer(found_owners, space)
                    found_price, found_coarse = longer(found_price, space), longer(found_coarse, space)
                    found_low, found_high = longer(found_low, space), longer(found_high, space)
                    found_grain, hashes = longer(found_grain, space), longer(hashes, space)
                    table = slots_of(hashes, found, size)
                    slot = np.int64(key & np.uint64(size - 1))
                    while table[slot] >= 0:
                        slot = (slot + 1) & (size - 1)
                same = found
                table[slot] = same
                found += 1
                hashes[same, 0], found_owners[same, 0], found_coarse[same, 0] = key, packed_owners, under
                found_pieces[same], found_price[same, 0] = packed, price[state] + here
                for one in range(parts_after):
                    found_low[same, one], found_high[same, one] = new_low[one], new_high[one]
                    found_grain[same, one] = grain[one]
            child[state, part] = same
            paid[state, part] = here
        if not fits:
            break
    grown = (
        found_pieces[:found].copy(),
        found_owners[:found, 0].copy(),
        found_price[:found, 0].copy(),
        found_low[:found].copy(),
        found_high[:found].copy(),
        found_coarse[:found, 0].copy(),
    )
    return grown, child, paid, fits


@compiled
def finish(child, paid, togo_after, price, worst):  # type: ignore[no-untyped-def]
    """Least price from each state to the end, and the part that the next unit goes to on that way.

    Children through which nothing within `worst` goes are taken out.
    """
    togo = np.full(len(price), NEVER, np.int64)
    best = np.full(len(price), -1, np.int8)
    for state in range(len(price)):
        for part in range(child.shape[1]):
            if child[state, part] < 0:
                continue
            rest = paid[state, part] + togo_after[child[state, part]]
            if rest < togo[state]:
                togo[state], best[state] = rest, part
            if price[state] + rest > worst:
                child[state, part] = -1
    return togo, best
