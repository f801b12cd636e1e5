"""The made-up places: a sample area as a folder of files, and a toy city small enough to draw.

Rooms: `ground` (lines and cells), `growth` and `parents` (communities, subdistricts), `roles` (which
case each shows), `people` (counts and offices), `names`, `files` (the folder), `toy`.
"""

from pathlib import Path

import numpy as np

from pipeline.synthetic.files import write_files
from pipeline.synthetic.ground import lay_ground
from pipeline.synthetic.parents import NoSuchPlaceError, settle_parents
from pipeline.synthetic.people import settle_people
from pipeline.synthetic.toy import toy_city, toy_lines

__all__ = ["toy_city", "toy_lines", "write_sample"]

GROUNDS, DRAWS = 12, 6
"""How many cities to draw, and how often to settle each, before giving up; most draws hold every case."""


def write_sample(folder: Path, *, seed: int = 0) -> None:
    """Write the sample area: area.toml and every file it names, the same for the same seed.

    The counts are made so that the default rule set asks for 9 communities more and 1 less than the 75 there are.
    Raises RuntimeError where no draw from this seed holds every case.
    """
    for number in range(GROUNDS):
        rng = np.random.default_rng([seed, number])
        ground = lay_ground(rng)
        for _ in range(DRAWS):
            try:
                parents = settle_parents(ground, rng)
                people = settle_people(ground, parents, rng)
            except NoSuchPlaceError:
                continue
            write_files(Path(folder), ground, parents, people, rng)
            return
    raise RuntimeError(f"No city with every case in {GROUNDS * DRAWS} draws from seed {seed}; try another seed.")
