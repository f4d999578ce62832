"""Shows a race: curves in the terminal while it runs, a table at its end, a picture in a file."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grader.learner.race.race import Arrival, Lane, Point
from grader.learner.race.verdict import Standing

# Okabe and Ito's colours, which colour-blind people can tell apart, and the nearest of a terminal's 256. In a picture,
# each name also has its own kind of line.
COLOURS = (
    ("#0072b2", 32),
    ("#d55e00", 166),
    ("#e69f00", 214),
    ("#009e73", 36),
    ("#56b4e9", 117),
    ("#cc79a7", 175),
    ("#000000", 250),
    ("#999999", 244),
    ("#f0e442", 227),
)
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (8, 2)), (0, (2, 4)))
HEIGHT = 14
PICTURES = (".png", ".svg", ".pdf")

Curves = dict[Lane, list[tuple[float, float]]]


def follow(console: Console, lanes: Sequence[Lane], events: Iterable[Point | Arrival]) -> tuple[Curves, list[Arrival]]:
    """Show a race until its end: growing curves on a terminal, one line per finished model in a pipe."""
    curves: Curves = {lane: [] for lane in lanes}
    arrivals: list[Arrival] = []
    with Live(console=console, auto_refresh=False, transient=True) as live:
        for event in events:
            if isinstance(event, Point):
                curves[event.lane].append((event.done, event.loss))
                if console.is_terminal:
                    live.update(_drawn(console, curves), refresh=True)
            else:
                arrivals.append(event)
                # The curve was measured on a part of the test set; its last point is the table's, of the whole set.
                curves[event.lane] = [*(p for p in curves[event.lane] if p[0] < 1), (1.0, event.loss)]
                seed = f" (seed {event.lane.seed})" if any(lane.seed for lane in lanes) else ""
                console.print(f"{event.lane.name}{seed}: loss {event.loss:.4f}, {event.seconds:.1f} s")
    return curves, sorted(arrivals, key=lambda arrival: lanes.index(arrival.lane))


def report(console: Console, curves: Curves, standings: Sequence[Standing], verdict: str) -> None:
    """Print the curves again, the table, and the conclusion."""
    console.print(_drawn(console, curves))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    known = any(standing.least is not None for standing in standings)
    several = any(standing.seeds > 1 for standing in standings)
    table.add_column("model")
    for column in (
        "parameters",
        "loss",
        *(["spread"] if several else []),
        *(["least possible", "above"] if known else []),
    ):
        table.add_column(column, justify="right")
    for s in standings:
        spread = [f"{s.spread:.4f}"] if several else []
        least = [f"{s.least:.4f}", f"{s.excess:.4f}"] if s.least is not None else []
        table.add_row(s.name, f"{s.parameters:,}", f"{s.loss:.4f}", *spread, *least)
    console.print(table)
    console.print(f"\n{verdict}", markup=False)


def picture(curves: Curves, standings: Sequence[Standing], form: str) -> bytes:
    """The same curves as a picture, with the least possible losses as dashed lines; `form` is `png`, `svg` or `pdf`."""
    from matplotlib.figure import Figure  # not pyplot: no window, no state

    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.add_subplot()
    styles = _styles(curves)
    ends = {standing.name: standing for standing in standings}
    for lane, curve in curves.items():
        colour, line = COLOURS[styles[lane.name]][0], LINES[styles[lane.name]]
        first = lane.seed == min(other.seed for other in curves if other.name == lane.name)
        end = ends[lane.name]
        spread = f" ± {end.spread:.3f}" if end.seeds > 1 else ""
        label = f"{lane.name}: {end.loss:.3f}{spread}" if first else None
        seen = [point for point in curve if point[0] > 0]
        axes.plot(*zip(*seen, strict=True), color=colour, linestyle=line, label=label, alpha=0.9)
    least = {standing.least: standing.name for standing in standings if standing.least is not None}
    for loss in least:
        axes.axhline(loss, color="#777777", linestyle=(0, (1, 3)), linewidth=1)
        axes.annotate(" least\n possible", (1, loss), fontsize=7, va="center", color="#555555", annotation_clip=False)
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the training done")
    axes.set_ylabel("loss on held-out data, nats per character")
    figure.legend(title="model: loss at the end", loc="outside lower center", ncols=2, fontsize="small")
    axes.grid(alpha=0.3)
    file = io.BytesIO()
    figure.savefig(file, format=form, dpi=150)
    return file.getvalue()


def _drawn(console: Console, curves: Curves) -> Text:
    """Draw the curves with characters; the axis of losses omits the range where they all begin."""
    import plotille

    figure = plotille.Figure()
    figure.width, figure.height = max(20, min(console.width, 100) - 24), HEIGHT
    figure.color_mode = "byte" if _many_colours(console) else "names"
    figure.with_colors = console.color_system is not None
    figure.x_label, figure.y_label = "done", "loss"
    figure.y_ticks_fkt = lambda low, _: f"{low:.2f}"
    figure.x_ticks_fkt = lambda low, _: f"{low:.1f}"
    losses = [loss for curve in curves.values() for done, loss in curve if done > 0]
    if not losses:
        return Text("starting ...")
    low, high = min(losses), max(losses)
    figure.set_x_limits(0, 1)
    figure.set_y_limits(low - 0.02, max(high, low + 0.1))
    colours = _terminal_colours(console, curves)
    named: set[str] = set()
    for lane, curve in curves.items():
        seen = [point for point in curve if point[0] > 0]
        if seen:
            label = lane.name if lane.name not in named else None
            figure.plot(*zip(*seen, strict=True), lc=colours[lane.name], label=label)
            named.add(lane.name)
    return Text.from_ansi(figure.show(legend=False) + "\n" + _legend(colours, console))


def _legend(colours: dict[str, Any], console: Console) -> str:
    import plotille

    mode = "byte" if _many_colours(console) else "names"
    plain = console.color_system is None
    entries = [plotille.color(f"⠤⠤ {name}", fg=colour, mode=mode, no_color=plain) for name, colour in colours.items()]
    widths, lines = [len(name) + 6 for name in colours], [""]
    used = 0
    for entry, width in zip(entries, widths, strict=True):
        if used and used + width > console.width:
            lines, used = [*lines, ""], 0
        lines[-1] += f"{'   ' if used else ''}{entry}"
        used += width
    return "\n".join(lines)


def _styles(curves: Curves) -> dict[str, int]:
    """Number the colours and lines of the names; without colour, the order of the table below identifies them."""
    return {name: number % len(COLOURS) for number, name in enumerate(dict.fromkeys(lane.name for lane in curves))}


def _terminal_colours(console: Console, curves: Curves) -> dict[str, Any]:
    few = ("blue", "yellow", "magenta", "cyan", "white", "bright_black", "bright_blue", "bright_yellow", "green")
    many = _many_colours(console)
    return {name: COLOURS[number][1] if many else few[number] for name, number in _styles(curves).items()}


def _many_colours(console: Console) -> bool:
    return console.color_system in ("256", "truecolor")
