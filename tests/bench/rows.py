"""What `scripts/bench service` measures, in order, with its targets."""

from statistics import median

USUAL, MANY, CONNECTIONS = 2400, 100_000, 16
AT_ONCE = f", {CONNECTIONS} connections"
AFTER_REQUESTS = "resident after syncs and the API's requests"
HOME = "/projects/bench"
PAGES = {"/": "25", HOME: "25", f"{HOME}/documents": "25", f"{HOME}/board": "25",
         f"{HOME}/trace": "60", f"{HOME}/health": "25"}  # fmt: skip
# What is measured, in order: its unit, the target with 2,400 documents and the one with 100,000.
ROWS = {
    "resident when idle": ("MB", "-", "-"),
    "first sync, CPU": ("s", "0.75", "-"),
    "first sync": ("s", "0.85", "-"),
    "sync without changes, CPU": ("s", "-", "-"), "sync without changes": ("s", "0.10", "-"),
    "sync with one change, CPU": ("s", "-", "-"), "sync with one change": ("s", "-", "-"),
    "syncs that end with the health check stored": ("%", "100", "100"),
    "first health check, a page": ("ms", "-", "-"),
    "search, word in at most 5 %": ("ms", "4", "500"),
    "search, phrase in at most 5 %": ("ms", "4", "500"),
    "search, word in nearly all": ("ms", "12", "500"),
    "search, prefix of one letter": ("ms", "45", "-"),
    "search, prefix of two letters": ("ms", "-", "500"),
    "related": ("ms", "3", "-"), "list": ("ms", "2.5", "-"), "list, filtered": ("ms", "-", "-"),
    "a story": ("ms", "-", "-"), "largest story": ("ms", "3", "-"), "statistics": ("ms", "-", "-"),
    "health check, a page": ("ms", "-", "-"),
    "search, word in at most 5 %, 16 connections": ("/s", "350", "-"),
    "related, 16 connections": ("/s", "350", "-"),
    "list, 16 connections": ("/s", "450", "-"),
    AFTER_REQUESTS: ("MB", "100", "-"),
    "page of a story of 13 kB, first": ("ms", "20", "-"),
    "page of the largest story, first": ("ms", "500", "-"),
    **{f"page {path}": ("ms", target, "-") for path, target in PAGES.items()},
    "page of a search": ("ms", "25", "-"), "page of a story": ("ms", "6", "-"),
    "page of the largest story": ("ms", "20", "-"),
    "worst wait of another request, first sync": ("ms", "50", "-"),
    "worst wait of another request, no changes": ("ms", "50", "-"),
    "worst wait of another request, largest page": ("ms", "150", "-"),
    "resident after all of that": ("MB", "110", "-"),
}  # fmt: skip

Samples = dict[str, dict[str, list[float]]]  # by name of a row, then of a revision


def show(samples: Samples, revisions: list[str], count: int) -> None:
    """Print the medians; of waits, the longest. What was not measured is a dash."""
    print(f"{'':<48}", *(f"{name[:16]:>16}" for name in (*revisions, "target")))
    for row, (unit, usual, many) in ROWS.items():
        summary = max if row.startswith("worst") else median
        measured = (samples[row][name] for name in revisions)
        figures = [f"{summary(found):.4g} {unit}" if found else "-" for found in measured]
        target = {USUAL: usual, MANY: many}.get(count, "-")
        print(f"{row:<48}", *(f"{figure:>16}" for figure in (*figures, target)))
