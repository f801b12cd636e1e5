from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from findings import offset, with_findings
from variants import renamed, sketched, unchanged

from pipeline.dossier import write_dossier
from pipeline.dossier.page import write_page
from pipeline.results import Result
from pipeline.schema import ON_REQUEST, PROBLEM_ZH, TABLES

HOSTILE = "<script>alert(1)</script>\"'&"


class Reader(HTMLParser):
    """Collects what a browser would see: tags, texts, links and pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(folder: Path) -> Reader:
    reader = Reader()
    reader.feed((folder / "summary.html").read_text("utf-8"))
    return reader


@pytest.fixture(scope="module")
def page(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder: Path = tmp_path_factory.mktemp("page")
    write_page(result, folder)
    return read(folder)


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole dossier without figures."""
    made: Path = tmp_path_factory.mktemp("dossier")
    write_dossier(result, made, maps=False)
    return made


def test_the_ledger_stands_at_the_top(page: Reader) -> None:
    place = page.texts.index("现有")
    assert ["12", "现有", "+", "1", "新设", "−", "1", "撤销", "=", "12", "调整后"] == page.texts[place - 1 : place + 10]


def test_every_case_of_both_strategies_is_there(page: Reader, result: Result) -> None:
    expected = [case for proposal in result.proposals.values() for case in proposal.cases["case_id"]]
    assert expected == [text for text in page.texts if text in expected]


def test_every_case_of_the_plan_gives_its_reason(page: Reader, result: Result) -> None:
    reasons = result.proposals["principle"].cases["reason"].tolist()
    assert reasons == [text for text in page.texts if text in reasons]


def test_every_case_of_the_plan_links_to_its_sheet(page: Reader) -> None:
    assert ["../maps/case-p01.png", "../maps/case-p02.png"] == sorted(
        {link for link in page.links if "case-" in link and link.endswith(".png")}
    )


def test_what_stays_outside_the_limits_is_said_with_its_reason(page: Reader, result: Result) -> None:
    assert set(result.proposals["principle"].left.values()) <= set(page.texts)


def test_every_problem_of_the_data_is_there(page: Reader, result: Result) -> None:
    assert set(result.area.problems["detail"]) <= set(page.texts)


def test_every_problem_of_the_data_is_named_in_chinese(page: Reader, result: Result) -> None:
    assert set(result.area.problems["problem"].map(PROBLEM_ZH)) <= set(page.texts)


def test_a_plan_on_counts_spread_by_area_is_marked_a_sketch(result: Result, tmp_path: Path) -> None:
    write_page(sketched(result), tmp_path)
    assert "示意方案 · 部分户数为分摊数" in read(tmp_path).texts


def test_a_plan_on_counts_of_units_is_not_marked_a_sketch(page: Reader) -> None:
    assert "示意方案" not in "".join(page.texts)


def test_a_made_up_area_is_marked(page: Reader) -> None:
    assert any("合成数据" in text for text in page.texts)


def test_a_real_area_is_not_marked_as_made_up(compliance_result: Result, tmp_path: Path) -> None:
    write_page(compliance_result, tmp_path)
    assert "合成数据" not in "".join(read(tmp_path).texts)


def test_a_hostile_name_is_shown_and_never_run(result: Result, tmp_path: Path) -> None:
    write_page(renamed(result, "东二", HOSTILE), tmp_path)
    reader = read(tmp_path)
    assert (0, True) == (reader.tags.count("script"), any(HOSTILE in text for text in reader.texts))


def test_the_page_asks_nothing_of_the_network(page: Reader) -> None:
    assert [] == [link for link in page.links if ":" in link or link.startswith("/")]


def test_without_figures_no_picture_and_no_link_to_one(result: Result, tmp_path: Path) -> None:
    write_page(result, tmp_path, maps=False)
    reader = read(tmp_path)
    assert (0, []) == (reader.tags.count("img"), [link for link in reader.links if "maps" in link])


def test_every_link_leads_to_a_file_of_the_dossier(folder: Path) -> None:
    links = read(folder / "dossier").links
    assert [] == [link for link in links if not (folder / "dossier" / link).exists()]


def test_a_plan_that_changes_nothing_makes_a_page(result: Result, tmp_path: Path) -> None:
    write_page(unchanged(result), tmp_path)
    assert "调整事项（原则方案，0项）" in read(tmp_path).texts


def test_the_dossier_has_every_file_of_the_contract(folder: Path) -> None:
    expected = {name for name in TABLES if name.endswith(".csv")} - {*ON_REQUEST}
    expected |= {"plans/principle.csv", "plans/compliance.csv", "summary.json", "plan.gpkg"}
    expected |= {"dossier/summary.xlsx", "dossier/summary.html"}
    assert set() == {name for name in expected if not (folder / name).is_file()}


def test_written_twice_the_page_is_the_same(folder: Path, result: Result, tmp_path: Path) -> None:
    write_page(result, tmp_path, maps=False)
    assert (folder / "dossier/summary.html").read_bytes() == (tmp_path / "summary.html").read_bytes()


HEADINGS = ("户数口径不同时判定是否改变（1个社区改变）", "接近界限的社区（2个）", "图形修复", "坐标诊断")


def test_findings_have_sections_of_their_own(result: Result, tmp_path: Path) -> None:
    write_page(with_findings(result), tmp_path)
    assert list(HEADINGS) == [text for text in read(tmp_path).texts if text in HEADINGS]


def test_without_findings_there_are_no_such_sections(page: Reader) -> None:
    assert not set(HEADINGS) & set(page.texts)
    assert not any("接近界限的社区（" in text for text in page.texts)


def test_a_verdict_that_differs_is_shown_beside_the_one_in_use(result: Result, tmp_path: Path) -> None:
    write_page(with_findings(result), tmp_path)
    texts = read(tmp_path).texts
    place = texts.index("其他口径")
    assert ["东一", "东街街道", "1,622", "达标", "户籍户", "940", "偏小（合并）"] == texts[place + 3 : place + 10]


def test_layers_that_fit_as_given_are_not_spoken_of(result: Result, tmp_path: Path) -> None:
    found = offset(result.area)
    fits = replace(found, table=found.table.iloc[[1]].assign(verdict="best"))
    write_page(replace(result, area=replace(result.area, offsets=(fits,))), tmp_path)
    assert "坐标诊断" not in read(tmp_path).texts


def test_a_layer_that_was_brought_back_is_spoken_of(result: Result, tmp_path: Path) -> None:
    found = replace(offset(result.area), converted=True)
    write_page(replace(result, area=replace(result.area, offsets=(found,))), tmp_path)
    assert "社区（communities.kml）已按设置改正（GCJ-02偏移）。" in read(tmp_path).texts


def test_figures_of_repairs_and_offsets_are_linked_where_they_are_drawn(result: Result, tmp_path: Path) -> None:
    wanted = {"../maps/repairs.png", "../maps/offset-communities.png"}
    write_page(with_findings(result), tmp_path)
    assert wanted <= set(read(tmp_path).links)
    write_page(with_findings(result), tmp_path, maps=False)
    assert not wanted & set(read(tmp_path).links)
