"""Draw docs/img/before-after.png, the picture in the READMEs, from the sample area."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pipeline.dossier.maps import fonts, strokes, style
from pipeline.dossier.maps.ground import Ground, ground_of
from pipeline.rules import RuleSet
from pipeline.workflow import draft, sample_area

PATH = Path(__file__).parent / "img" / "before-after.png"


def draw() -> None:
    """Draw the communities before and after side by side, without names, small enough for a page."""
    result = draft(sample_area(Path(__file__).parents[1] / "data" / "raw" / "sample"))
    ground = ground_of(result)
    with fonts.typeset():
        figure = Figure(figsize=(10, 5.2), layout="constrained")
        figure.suptitle(f"{result.area.settings.area.name}(合成数据,非真实区域)", fontsize=10)
        before, after = figure.subplots(1, 2)
        _draw_communities(before, ground, after=False)
        _draw_communities(after, ground, after=True)
        figure.legend(handles=_legend(result.area.rules), loc="outside lower center", ncols=5, frameon=False)
        PATH.parent.mkdir(exist_ok=True)
        figure.savefig(PATH, dpi=100, pil_kwargs={"optimize": True})


def _draw_communities(axes: Axes, ground: Ground, *, after: bool) -> None:
    communities = ground.after if after else ground.before
    for status in style.STATUS_ORDER:
        shapes = communities.geometry[communities["status"] == status]
        strokes.fill(axes, shapes, style.STATUS_FILL[status], edge=style.UNIT_INK, width=0.5)
    strokes.stroke(axes, ground.borders_before.subdistricts, style.SUBDISTRICT)
    strokes.stroke(axes, ground.borders_before.area, style.SUBDISTRICT)
    if after:
        strokes.fill(
            axes, communities.geometry[ground.created], "none", edge=style.NEW_COMMUNITY.colour, width=2, order=9
        )
    outside = (communities["status"] != "within").sum()
    axes.set_title(f"{'调整后' if after else '调整前'}:{len(communities)}个社区,{outside}个在设置标准之外")
    axes.autoscale_view()
    left, bottom, right, top = communities.total_bounds
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()


def _legend(rules: RuleSet) -> list[Patch]:
    bands = [
        Patch(facecolor=style.STATUS_FILL[status], edgecolor=style.UNIT_INK, label=style.status_label(status, rules))
        for status in style.STATUS_ORDER
    ]
    return [*bands, Patch(facecolor="none", edgecolor=style.NEW_COMMUNITY.colour, linewidth=2, label="新设社区")]


if __name__ == "__main__":
    draw()
    print(f"wrote {PATH}, {PATH.stat().st_size / 1000:.0f} kB")
