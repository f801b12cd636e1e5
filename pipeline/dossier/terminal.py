"""Prints what a check found, for a terminal of 100 columns or more: columns, coordinates, joins, shapes, verdicts.

Every section is a title with tables or sentences below it; one that has nothing to say is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.dossier.found import best_offsets, log_tables, measure_figures, measures_compared, reading_kinds
from pipeline.results import Area, Checked
from pipeline.schema import AS_GIVEN, LIST_SEPARATOR

SEVERITIES = ("error", "warning", "note")
OF_SYSTEMS = ("coordinate system", "CRS chosen", "CRS overridden")
"""Notes that say in which coordinate system a layer is and how that is known; told in a section of their own."""

BOOKS = {
    "role": "",
    "source": "source",
    "rows_read": "rows",
    "matched": "matched",
    "joined_by": "by",
    "unmatched_here": "no\nshape",
    "unmatched_there": "no\nrow",
    "many_to_one": "many\nto one",
    "households_in": "households\nread",
    "households_out": "\njoined",
}
"""Headings of the reconciliation."""

UNUSED, DROPPED = "unused", "dropped"
MOST_ROWS = 10
"""Rows shown of a list that is written whole to a file."""

Section = Callable[[Checked], Iterator[RenderableType]]


def print_check(checked: Checked, console: Console) -> None:
    """Print everything a check found; errors are counted here, and listed by whoever ends the run with them."""
    area = checked.area
    rules = area.rules
    limits = f"{rules.measure} {rules.lower}–{rules.upper}"
    console.print(Text(f"{area.settings.area.name}   rules {rules.name} ({limits})", style="bold"))
    for title, section in SECTIONS.items():
        pieces = list(section(checked))
        if pieces:
            console.print()
            console.print(Text(title, style="bold"))
        for piece in pieces:
            console.print(piece)


# --- what was read ----------------------------------------------------------------------------------------------


def _columns(checked: Checked) -> Iterator[RenderableType]:
    """Tell which column was taken for what; sheets and files of a section that agree are told together."""
    columns = log_tables(checked.area)["columns.csv"].fillna("").astype("str")
    for section, of_section in columns.groupby("section", sort=False):
        alike: dict[tuple[tuple[str, ...], ...], list[str]] = {}
        for source, part in of_section.groupby("source", sort=False):
            key = tuple(part[["column", "theirs", "place", "how"]].itertuples(index=False, name=None))
            alike.setdefault(key, []).append(str(source))
        for sources in alike.values():
            yield Text(f"[{section}] {_listed(sources)}")
            yield from _recognised(of_section[of_section["source"] == sources[0]])


def _recognised(part: pd.DataFrame) -> Iterator[RenderableType]:
    kept = part[~part["how"].isin([UNUSED, DROPPED])]
    rows = [
        (f"  {row.column}", f"= {_placed(row.theirs, row.place)}", row.how, row.evidence)
        for row in kept.itertuples(index=False)
    ]
    yield _table((), rows)
    for how, said in ((UNUSED, "not used"), (DROPPED, "personal data, not kept")):
        named = part[part["how"] == how]
        if len(named):
            names = ", ".join(_placed(row.theirs, row.place) for row in named.itertuples(index=False))
            yield _table((), [(f"  {said}:", names)])


def _placed(theirs: str, place: str) -> str:
    return f"{theirs} ({place})" if place else theirs


def _systems(checked: Checked) -> Iterator[RenderableType]:
    crs = checked.area.units.crs
    if crs is not None:
        known = f" (EPSG:{crs.to_epsg()})" if crs.to_epsg() else ""
        yield _table((), [("  working", f"{crs.name}{known}")])
    notes = checked.area.problems[_of_systems(checked.area)]
    if len(notes):
        yield _table((), [(f"  {row.layer}", _sentence(row)) for row in notes.itertuples(index=False)])


def _of_systems(area: Area) -> pd.Series:
    return (area.problems["severity"] == "note") & area.problems["problem"].isin(OF_SYSTEMS)


def _joined(checked: Checked) -> Iterator[RenderableType]:
    """Tell the reconciliation, and how many counts were not taken as they stand."""
    books = checked.area.reconciliation.astype("object")
    books = books.where(books.notna(), "").assign(role="  [" + books["role"].astype("str") + "]")
    several = (books["many_to_one"] != 0).any()
    shown = {name: head for name, head in BOOKS.items() if several or name != "many_to_one"}
    rows = [[_figure(row[name]) for name in shown] for row in books.to_dict("records")]
    texts = ("role", "source", "joined_by")
    numbers = [place for place, name in enumerate(shown) if name not in texts]
    yield _table(list(shown.values()), rows, numbers=numbers, gap=1)
    yield Text("  no shape: rows that found none; no row: shapes of which no row speaks.", style="dim")
    counts = log_tables(checked.area)["counts.csv"]
    if len(counts):
        kinds = reading_kinds(counts).value_counts(sort=False)
        said = "; ".join(f"{number:,} {kind}" for kind, number in kinds.items())
        yield Text(f"  {len(counts):,} counts: {said}.")


# --- what was mended --------------------------------------------------------------------------------------------


def _repairs(checked: Checked) -> Iterator[RenderableType]:
    """Sum up what was mended and what was left by kind, each with its largest piece."""
    if checked.area.repairs is None:
        return
    repairs = log_tables(checked.area)["repairs.csv"]
    if repairs.empty:
        yield Text("  Nothing was found to mend.")
        return
    rows = []
    for (done, kind), part in repairs.assign(done=repairs["done"].astype(bool)).groupby(["done", "kind"], sort=False):
        largest = part.loc[part["area_m2"].astype(float).fillna(0.0).idxmax()]
        units = str(largest["ids"]).split(LIST_SEPARATOR)
        ids = LIST_SEPARATOR.join(units[:5]) + (f" and {len(units) - 5:,} more" if len(units) > 5 else "")
        what = f"{largest['repair_id']}: {ids}, {_figure(largest['area_m2'])} m²; {largest['why']}"
        state = "mended" if done else "left"
        rows.append((f"  {state}", str(kind), _figure(len(part)), f"{_figure(part['area_m2'].sum())} m²", what))
    rows.sort(key=lambda row: row[0], reverse=True)
    yield _table(("", "kind", "places", "in all", "largest"), rows, numbers=(2, 3))


def _offsets(checked: Checked) -> Iterator[RenderableType]:
    """Tell how every tested layer fits under each hypothesis, and what follows."""
    offsets = log_tables(checked.area)["offsets.csv"]
    if offsets.empty:
        return
    heads = ("  layer", "hypothesis", "fit m", "shift m", "towards °", "confidence", "verdict", "against")
    rows = [
        (
            f"  {row.layer}", row.hypothesis, _figure(row.fit_m), _figure(row.shift_m), _figure(row.azimuth_deg),
            f"{row.confidence:.0%}", row.verdict, row.trusted,
        )
        for row in offsets.itertuples(index=False)
    ]  # fmt: skip
    yield _table(heads, rows, numbers=(2, 3, 4, 5))
    for best in best_offsets(checked.area).itertuples(index=False):
        yield from _follows(best.layer, best.hypothesis, bool(best.converted))


def _follows(layer: str, hypothesis: str, converted: bool) -> Iterator[RenderableType]:
    if converted:
        yield Text(f"  {layer}: was brought back from {hypothesis}.")
    elif hypothesis != AS_GIVEN:
        yield Text(
            f"  {layer}: looks shifted ({hypothesis}) and was left as it is; see [{layer}] in docs/reference.md."
        )


# --- how sure the verdicts are ------------------------------------------------------------------------------------


def _measures(checked: Checked) -> Iterator[RenderableType]:
    """Tell the measures that were given and the communities whose verdict differs."""
    if checked.measures is None:
        yield Text("  No verdict is given while the input has errors.")
        return
    figures = measure_figures(checked)
    rows = [
        (
            f"  {measure}", "used" if row.used else "", _figure(row.communities), _figure(row.households),
            _figure(row.outside), "" if row.used else _figure(row.differs),
        )
        for measure, row in zip(figures.index, figures.itertuples(), strict=True)
    ]  # fmt: skip
    heads = ("", "", "communities", "households", "outside the limits", "verdicts that differ")
    yield _table(heads, rows, numbers=(2, 3, 4, 5))
    if measures_compared(checked):
        yield from _differing(checked.measures)


def _differing(verdicts: pd.DataFrame) -> Iterator[RenderableType]:
    used = verdicts[verdicts["used"]].set_index("community")
    differing = verdicts[verdicts["differs"]]
    rows = [
        (
            f"  {row.community}", row.subdistrict, _judged(used.loc[row.community]), row.measure, _judged(row),
        )
        for row in differing.head(MOST_ROWS).itertuples(index=False)
    ]  # fmt: skip
    if rows:
        yield _table(("  that differ", "", "as used", "under", ""), rows)
    yield from _more(len(differing), "measures.csv")


def _judged(row: object) -> str:
    """Write count and verdict of a row of measures.csv, such as `940 under, merge`."""
    action = "" if row.action == "none" else f", {row.action}"  # type: ignore[attr-defined]
    return f"{_figure(row.households)} {row.status}{action}"  # type: ignore[attr-defined]


def _near(checked: Checked) -> Iterator[RenderableType]:
    if checked.near is None or checked.near.empty:
        return
    share = checked.area.rules.near_share
    yield Text(f"  An error of ±{share:.0%} in these counts may change the verdict.")
    rows = [
        (
            f"  {row.community}", row.subdistrict, _figure(row.households), _signed(row.difference),
            f"{row.share:+.1%}", f"{row.limit} {row.limit_households:,}", f"{row.status} → {row.status_beyond}",
        )
        for row in checked.near.head(MOST_ROWS).itertuples(index=False)
    ]  # fmt: skip
    heads = ("  community", "subdistrict", "households", "off", "share", "limit", "status → beyond")
    yield _table(heads, rows, numbers=(2, 3, 4))
    yield from _more(len(checked.near), "near-limits.csv")


def _more(count: int, name: str) -> Iterator[RenderableType]:
    if count > MOST_ROWS:
        yield Text(f"  … and {count - MOST_ROWS} more; --out DIR writes all of them to {name}.")


# --- problems ---------------------------------------------------------------------------------------------------


def _problems(checked: Checked) -> Iterator[RenderableType]:
    """Count the problems, and list warnings and notes but those told above."""
    problems, told = checked.area.problems, _of_systems(checked.area)
    counts = problems["severity"].value_counts()
    above = f" ({told.sum()} of them above)" if told.any() else ""
    yield Text("  " + ", ".join(_counted(counts.get(name, 0), name) for name in SEVERITIES) + above)
    listed = problems[(problems["severity"] != "error") & ~told]
    rows = [(f"  {row.severity}", _sentence(row, f"[{row.layer}]")) for row in listed.itertuples(index=False)]
    if rows:
        yield _table((), rows)


def _sentence(row: object, section: str = "") -> str:
    """Write a problem: section, source and id, what was found, what to do; a place that is not known is left out."""
    where = " ".join(part for part in (section, row.source, row.id) if part)  # type: ignore[attr-defined]
    said = f"{row.detail} {row.advice}".strip()  # type: ignore[attr-defined]
    return f"{where}: {said}" if where else said


SECTIONS: dict[str, Section] = {
    "Columns": _columns,
    "Coordinate systems": _systems,
    "Counts joined to shapes": _joined,
    "Shapes mended and left": _repairs,
    "Offsets of layers": _offsets,
    "Measures of households": _measures,
    "Near a limit": _near,
    "Problems": _problems,
}


# --- how it is set ------------------------------------------------------------------------------------------------


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = (), gap: int = 2
) -> Table:
    """Make a table without lines, columns `gap` apart; `numbers` are the places of right-aligned ones; headings may be
    left out."""
    lines = [[str(cell) for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), show_header=bool(heads), header_style="dim")
    places = {*numbers}
    for place in range(len(heads) or max(map(len, lines), default=0)):
        side = "right" if place in places else "left"
        head = Text(heads[place]) if heads else ""
        table.add_column(head, justify=side, overflow="fold", no_wrap=place in {0, *places})  # type: ignore[arg-type]
    for line in lines:
        table.add_row(*map(Text, line))
    return table


def _figure(value: object) -> str:
    """Write a number with separators, a missing one as nothing, text as it is."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    number = round(float(value), 1)  # type: ignore[arg-type]
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.1f}"


def _signed(number: int) -> str:
    return f"{number:+,}" if number else "0"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
