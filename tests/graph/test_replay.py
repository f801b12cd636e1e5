"""The adjacency table exported, edited as in a spreadsheet, and replayed."""

import codecs
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import affinity

from pipeline.flag import merge_candidates
from pipeline.graph import community_borders, components, drawn_adjacency
from pipeline.rules import load_rules
from pipeline.synthetic import toy_city, toy_lines
from pipeline.verify import verify_plan
from pipeline.workflow import Examined, Finished, draft, examine, run, sample_area

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def exported(toy_area: Path, finished: Finished) -> Path:
    """Lay the table that the toy city exports into its own folder, and name it in its area.toml."""
    (toy_area / "adjacency.csv").write_bytes((finished.folder / "adjacency.csv").read_bytes())
    with (toy_area / "area.toml").open("a", encoding="utf-8") as file:
        file.write('\n[adjacency]\npath = "adjacency.csv"\n')
    return toy_area


def rewritten(area: Path, edit: Edit) -> Examined:
    """Edit the table as text, as a spreadsheet would save it, and examine the area again."""
    path = area / "adjacency.csv"
    exported = path.read_bytes().startswith(codecs.BOM_UTF8)
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig" if exported else "gb18030")
    edit(table).to_csv(path, index=False, encoding="gb18030")
    return examine(area)


def with_values(a: str, b: str, **values: object) -> Edit:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        here = (table["a"] == a) & (table["b"] == b)
        assert here.sum() == 1
        return table.assign(**{name: table[name].mask(here, str(value)) for name, value in values.items()})

    return edit


def with_row(**values: object) -> Edit:
    return lambda table: pd.concat([table, pd.DataFrame([values])], ignore_index=True).fillna("").astype("str")


def edge(found: Examined, a: str, b: str) -> dict:
    rows = found.edges[(found.edges["a"] == a) & (found.edges["b"] == b)]
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


def told(found: Examined, name: str) -> pd.DataFrame:
    return found.area.problems[found.area.problems["problem"] == name]


# --- nothing edited -------------------------------------------------------------------------------------------


def test_an_unedited_table_changes_nothing(exported: Path, toy_to_read: Path) -> None:
    plain, again = examine(toy_to_read), examine(exported)
    pd.testing.assert_frame_equal(plain.edges, again.edges)
    assert plain.area.problems.to_dict("records") == again.area.problems.to_dict("records")


def test_an_unedited_table_gives_the_same_plans(exported: Path, finished: Finished) -> None:
    again = draft(exported, jobs=1)
    for name, proposal in finished.result.proposals.items():
        pd.testing.assert_series_equal(proposal.plan, again.proposals[name].plan)


def test_an_unedited_table_of_the_sample_area_changes_no_edge(tmp_path: Path) -> None:
    """3300 edges, with corners and a bridge, through the file and back."""
    from pipeline.dossier.tables import write_csv
    from pipeline.graph import fingerprints
    from pipeline.schema import columns

    area = sample_area(tmp_path / "sample")
    plain = examine(area)
    assert {"border", "bridge", "corner"} == set(plain.edges["kind"])
    table = plain.edges.assign(computed=fingerprints(plain.edges))
    write_csv(table, columns("edges"), area / "adjacency.csv")
    with (area / "area.toml").open("a", encoding="utf-8") as file:
        file.write('\n[adjacency]\npath = "adjacency.csv"\n')
    again = examine(area)
    pd.testing.assert_frame_equal(plain.edges, again.edges)
    assert len(plain.area.problems) == len(again.area.problems)


def test_unedited_rows_do_not_freeze_what_the_rules_and_lines_say(exported: Path) -> None:
    text = (exported / "area.toml").read_text("utf-8")
    (exported / "area.toml").write_text(text.replace("[rules]", "[rules]\nfactor_open = 0.5"), "utf-8")
    found = examine(exported)
    assert {0.5} == set(found.edges.loc[found.edges["along"] == "", "factor"]) - {1.0}
    assert 0 == len(told(found, "edge changed by hand"))


def test_missing_rows_mean_unchanged(exported: Path, toy_to_read: Path) -> None:
    found = rewritten(exported, lambda table: table.iloc[:2])
    pd.testing.assert_frame_equal(examine(toy_to_read).edges, found.edges)


# --- edits ----------------------------------------------------------------------------------------------------


def test_an_edge_set_to_false_changes_the_answer_and_the_check_agrees(exported: Path, finished: Finished) -> None:
    """The split of A (u1 u2 / u5 u6) is cut along the border that was open; shut, it must be cut elsewhere."""
    plan = finished.result.proposals["principle"].plan
    a, b = next(
        (a, b)
        for a, b in (("u1", "u2"), ("u1", "u5"), ("u2", "u6"), ("u5", "u6"))
        if plan[a] == plan[b] != "B" and plan[[u for u in ("u1", "u2", "u5", "u6") if u not in (a, b)]].nunique() == 1
    )
    rewritten(exported, with_values(a, b, allowed="FALSE"))
    result = draft(exported, jobs=1)
    after = result.proposals["principle"].plan
    assert plan[a] == plan[b]
    assert after[a] != after[b]
    area = result.area
    assert (
        []
        == verify_plan(area.units, result.edges, after, area.rules, left=result.proposals["principle"].left)[
            "detail"
        ].tolist()
    )
    assert ["not contiguous"] == list(
        verify_plan(area.units, result.edges, plan, area.rules, left=result.proposals["principle"].left)[
            "problem"
        ].drop_duplicates()
    )


def test_an_edit_is_told_and_kept_through_the_next_export(exported: Path, tmp_path: Path) -> None:
    """Twice through the file: the second export, replayed, is the same table."""
    once = rewritten(exported, with_values("u1", "u2", allowed="否", factor="0.25", why="中间隔着围墙"))
    found = edge(once, "u1", "u2")
    assert (False, 0.25, 500 * 0.25, "中间隔着围墙") == tuple(
        found[name] for name in ("allowed", "factor", "border_cost", "why")
    )
    assert ["u1–u2"] == told(once, "edge changed by hand")["id"].tolist()
    done = run(exported, out=tmp_path / "out", processed=tmp_path / "kept", jobs=1, maps=False)
    (exported / "adjacency.csv").write_bytes((done.folder / "adjacency.csv").read_bytes())
    again = examine(exported)
    pd.testing.assert_frame_equal(once.edges, again.edges)
    assert once.area.problems["detail"].tolist() == again.area.problems["detail"].tolist()


def test_a_corner_may_be_allowed(exported: Path) -> None:
    found = edge(rewritten(exported, with_values("u1", "u6", allowed="TRUE")), "u1", "u6")
    assert ("corner", True, "人工设为可以跨越") == (found["kind"], found["allowed"], found["why"])


def test_a_border_may_be_called_a_corner(exported: Path) -> None:
    found = rewritten(exported, with_values("u1", "u2", kind="角点", allowed="FALSE"))
    assert ("corner", False) == (edge(found, "u1", "u2")["kind"], edge(found, "u1", "u2")["allowed"])


def test_an_edge_shut_inside_a_community_leaves_it_legal(exported: Path) -> None:
    """D is u8 and u12; without their border it is in two parts, and inherits that."""
    found = rewritten(exported, with_values("u12", "u8", allowed="FALSE"))
    rows = found.edges[(found.edges["a"] == "u12") & (found.edges["b"] == "u8")]
    assert {"border": False, "inherited": True} == dict(zip(rows["kind"], rows["allowed"], strict=True))
    assert ["D"] == told(found, "community cut by barrier")["id"].tolist()
    area = found.area
    left = dict.fromkeys("ABCD", "今")
    assert [] == verify_plan(area.units, found.edges, area.units["community"], area.rules, left=left)["detail"].tolist()


def test_an_inherited_link_stays_allowed(exported: Path) -> None:
    first = rewritten(exported, with_values("u12", "u8", allowed="FALSE"))
    link = first.edges[first.edges["kind"] == "inherited"].iloc[0]
    found = rewritten(exported, with_row(a=link["a"], b=link["b"], kind="inherited", allowed="FALSE"))
    assert found.edges.loc[found.edges["kind"] == "inherited", "allowed"].all()
    assert ["warning"] == told(found, "edge refused")["severity"].tolist()


# --- edges by hand --------------------------------------------------------------------------------------------


def island() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Move u12, of D in 乙, off to the east, and join it to u8 by hand."""
    units = toy_city()
    moved = units.geometry.where(units.index != "u12", units.geometry.map(lambda s: affinity.translate(s, 600, 0)))
    edit = {"a": "u12", "b": "u8", "kind": "manual", "allowed": True, "factor": float("nan"), "border_m": float("nan")}
    return units.set_geometry(moved), pd.DataFrame([edit | {"why": "有桥", "computed": "", "place": "adjacency.csv 2"}])


def test_a_manual_edge_joins_an_island_and_no_link_is_needed() -> None:
    units, edits = island()
    plain, _ = drawn_adjacency(units, toy_lines())
    joined, rows = drawn_adjacency(units, toy_lines(), edits=edits)
    assert ({"bridge"}, {"manual"}) == tuple(
        set(table.loc[(table["a"] == "u12") & table["allowed"], "kind"]) for table in (plain, joined)
    )
    assert {0} == set(components(units.index[units["community"] == "D"], joined["a"], joined["b"]))
    assert [("note", "edge added by hand")] == [(row["severity"], row["problem"]) for row in rows]


def test_communities_that_only_a_manual_edge_joins_may_merge() -> None:
    units = toy_city()
    units = units[units.index.isin(["u4", "u12"])].assign(households=[900, 300])
    edits = pd.DataFrame(
        [{"a": "u12", "b": "u4", "kind": "manual", "allowed": True, "factor": 1.0, "border_m": 0.0}]
    ).assign(why="有桥", computed="", place="adjacency.csv A2")
    edges, _ = drawn_adjacency(units, edits=edits)
    communities = units.groupby("community")[["subdistrict", "households"]].first()
    found = merge_candidates(communities, community_borders(edges, units["community"]), load_rules())
    assert [True, True] == found["allowed"].tolist()


def test_a_manual_edge_between_two_subdistricts_is_refused(exported: Path) -> None:
    found = rewritten(exported, with_row(a="u1", b="u12", kind="manual", allowed="TRUE"))
    assert ["u1–u12"] == told(found, "edge refused")["id"].tolist()
    assert not ((found.edges["a"] == "u1") & (found.edges["b"] == "u12")).any()


def test_a_border_between_two_subdistricts_that_is_edited_lets_no_community_across(exported: Path) -> None:
    rewritten(exported, with_values("u2", "u3", allowed="TRUE", why="同一小区", factor="0.01"))
    result = draft(exported, jobs=1)
    for proposal in result.proposals.values():
        assert 1 == result.area.units["subdistrict"].groupby(proposal.plan).nunique().max()


# --- rows that cannot be --------------------------------------------------------------------------------------


def test_rows_that_cannot_be_are_told_with_their_cell_and_change_nothing(exported: Path, toy_to_read: Path) -> None:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        for values in (
            {"a": "1.50104E+11", "b": "u2", "kind": "manual"},
            {"a": "u1", "b": "u1", "kind": "manual"},
            {"a": "u1", "b": "u7", "kind": "border", "allowed": "FALSE"},
            {"a": "u1", "b": "u2", "kind": "border", "allowed": "FALSE"},
            {"a": "u5", "b": "u6", "kind": "wall", "allowed": "FALSE"},
            {"a": "u5", "b": "u6", "kind": "manual", "factor": "-1"},
            {"a": "u5", "b": "u6", "kind": "manual", "allowed": "maybe"},
        ):
            table = with_row(**values)(table)
        return table

    found = rewritten(exported, edit)
    pd.testing.assert_frame_equal(examine(toy_to_read).edges, found.edges)
    last = len(pd.read_csv(exported / "adjacency.csv", encoding="gb18030")) + 1
    refused = told(found, "edge refused")
    assert {
        f"adjacency.csv!A{last - 5}",  # a unit with itself
        f"adjacency.csv!A{last - 3}",  # said twice
        f"adjacency.csv!{letter(found, 'kind')}{last - 2}",
        f"adjacency.csv!{letter(found, 'factor')}{last - 1}",
        f"adjacency.csv!{letter(found, 'allowed')}{last}",
    } == set(refused["source"])
    gone = told(found, "edge not there")
    assert {"warning"} == set(gone["severity"])
    assert ["1.50104E+11" in detail for detail in gone["detail"]] == [True, False]
    assert "u1–u7" in gone["detail"].iloc[1]


def letter(found: Examined, column: str) -> str:
    """Letter of a column of adjacency.csv."""
    from pipeline.schema import columns

    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[columns("adjacency.csv").index(column)]


def test_many_edits_share_a_row(exported: Path) -> None:
    found = rewritten(exported, lambda table: table.assign(factor="0.77"))
    notes = told(found, "edge changed by hand")
    edited = (found.edges["factor"] == 0.77).sum()
    assert edited > 21 == len(notes)
    assert notes["detail"].iloc[-1].startswith(f"So did {edited - 20} more")
