"""What is said of a column of a table, and the columns that many tables share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table: its name in files and code, what it means, its label in Chinese output, its unit."""

    name: str
    meaning: str
    zh: str
    unit: str = ""


HOUSEHOLDS = Column("households", "resident households, of the measure that the rule set names", "常住户", "households")
POPULATION = Column("population", "residents", "常住人口", "persons")
SUBDISTRICT = Column("subdistrict", "parent of the community: subdistrict, town or service centre", "街道/镇/中心")
COMMUNITY = Column("community", "name of the community, the key", "社区")
