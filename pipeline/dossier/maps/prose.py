"""The words of a case sheet: its title, and what is known of the result, as sentences."""

from pipeline.schema import KIND_ZH

KIND_TITLE_ZH = KIND_ZH | {"transfer": "界线划转", "regroup": "重组"}
LARGEST_GAP_SAID = 0.5
"""A larger gap says more of the bound than of the plan."""

PROOF_SENTENCES = {
    "optimal": "已证明最优：按既定目标次序，不存在更好的方案。",
    "exhausted": "已穷尽全部可行方案，本方案为其中最好。",
    "heuristic": "启发式结果，未证明最优，可能存在更好的方案。",
    "infeasible": "无可行方案。",
}


def proof_sentence(proof: str, gap: float) -> str:
    """Say in words what is known of a result.

    >>> proof_sentence("gap", 0.021)
    '未证明最优：与理论最好值的差距不超过2.1%。'
    """
    if proof == "gap" and gap > LARGEST_GAP_SAID:
        return "未证明最优：下界较弱，与理论最好值的差距尚不能说明。"
    if proof == "gap":
        return f"未证明最优：与理论最好值的差距不超过{gap:.1%}。"
    return PROOF_SENTENCES[proof]


def case_title(names: list[str], kind: str, *, most: int = 3) -> str:
    """Title of a case sheet from the communities it touches.

    >>> case_title(["怡景社区"], "split"), case_title(["一", "二", "三", "四"], "regroup")
    ('怡景社区拆分示意图', '一、二、三等4个社区重组示意图')
    """
    bare = [name.removesuffix("社区") for name in names]
    listed = "、".join(bare[:most])
    return f"{listed}{f'等{len(bare)}个' if len(bare) > most else ''}社区{KIND_TITLE_ZH[kind]}示意图"
