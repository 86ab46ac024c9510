"""The chart of waiting times: one SVG, a panel a setting, that fetches nothing from anywhere."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from tests.bench.charts import Style, pygal
from tests.bench.queueing import HIGH, LOW, NORMAL, Day, Served, oldest_min
from tests.support.builders import NOW

Results = Mapping[str, Sequence[Served]]
"""The jobs of a day in the order in which they were started, by setting."""

NAMES: Final = {HIGH: "high (7)", NORMAL: "normal (5)", LOW: "low (3)"}
_TITLES: Final = {
    "W = 0": "W = 0: first come, first served",
    "W = 10 min": "W = 10 min: a level of priority is worth ten minutes",
    "strict": "strict: the highest first, whatever waits",
}
_WIDTH, _HEIGHT, _GAP, _HEAD = 640, 480, 12, 44
_STEP_MIN: Final = 10
_SCRIPT: Final = re.compile(r"<script.*?</script>", re.DOTALL)
_STYLE: Final = Style(
    background="white",
    plot_background="white",
    colors=("#c1272d", "#0072b2", "#2f2f2f"),
    font_family="sans-serif",
    guide_stroke_color="#dddddd",
    major_guide_stroke_color="#bbbbbb",
    title_font_size=17,
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
)


def chart(day: Day, results: Results) -> str:
    """Draw how long the oldest waiting job of each priority has waited, a panel a setting."""
    width = len(results) * (_WIDTH + _GAP) + _GAP
    height = _HEAD + _HEIGHT + _GAP
    title = (
        f"How long the oldest waiting job has waited: {day.load:.0%} load for {day.hours:g} hours, "
        f"then none ({day.slots} slots; each panel has a scale of its own)"
    )
    panels = [
        f'<svg x="{_GAP + number * (_WIDTH + _GAP)}" y="{_HEAD}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">{_panel(name, jobs)}</svg>'
        for number, (name, jobs) in enumerate(results.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="white"/>'
        f'<text x="{width // 2}" y="30" text-anchor="middle" font-family="sans-serif" '
        f'font-size="21">{title}</text>{"".join(panels)}</svg>\n'
    )


def _panel(name: str, jobs: Sequence[Served]) -> str:
    """Draw one setting; each panel has a scale of its own, or two of them would be flat."""
    drawn = pygal.XY(
        style=_STYLE,
        width=_WIDTH,
        height=_HEIGHT,
        title=_TITLES[name],
        x_title="hours since the first job",
        y_title="minutes",
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        show_dots=False,
        x_labels=range(0, 29, 4),
        range=(0, None),
        js=(),
        disable_xml_declaration=True,
    )
    last = jobs[-1].started
    ends = int((last - NOW) / timedelta(minutes=_STEP_MIN)) + 1
    for priority, label in NAMES.items():
        moments = (NOW + number * timedelta(minutes=_STEP_MIN) for number in range(ends + 1))
        points = [
            ((at - NOW) / timedelta(hours=1), oldest_min(jobs, priority, at)) for at in moments
        ]
        drawn.add(label, points, stroke_style={"width": 2})
    # What is inside is for a script with tooltips, which would have to be fetched.
    return _SCRIPT.sub("", str(drawn.render(is_unicode=True)))


def write(path: Path, drawn: str) -> None:
    """Write the chart, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(drawn, encoding="utf-8")
    partial.replace(path)
