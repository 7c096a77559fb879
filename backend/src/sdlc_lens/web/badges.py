"""Badges for a README elsewhere: one figure of a project as a small picture, or as JSON."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sdlc_lens.clock import now
from sdlc_lens.domain.checks.report import Report, from_text
from sdlc_lens.domain.statistics import Statistics
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.checks import get_summaries
from sdlc_lens.queries.projects import get_project
from sdlc_lens.web.figures import Counted, Gathered
from sdlc_lens.web.render import environment
from sdlc_lens.web.words import NOT_RECORDED, grouped

NAMES = ("completion", "proven", "health", "bugs")
SECONDS_KEPT = 300
GOOD, FAIR, BAD, NEUTRAL = "#15703f", "#8a5300", "#b3261e", "#5a5f66"

# Tenths of a pixel that characters of Verdana take at 11 pixels; all others as much as a digit.
_WIDTHS = dict.fromkeys("ijl", 30) | dict.fromkeys("frt ,.", 44) | dict.fromkeys("mwMW%", 104)
_WIDTH = 70
_MARGIN = 6


@dataclass(frozen=True)
class Badge:
    """A label, a message, and the colour behind the message, on which white text is readable."""

    label: str
    message: str
    color: str


async def badge(request: Request, counted: Gathered[Counted, []]) -> Response:
    """The badge as SVG, or as shields.io reads it."""
    name, _, form = request.path_params["name"].rpartition(".")
    if name not in NAMES or form not in ("svg", "json"):
        raise NotFound(f"badge {request.path_params['name'][:100]!r} does not exist")
    async with request.app.state.database.read() as session:
        project = await get_project(session, request.path_params["slug"])
        statistics = (await counted.get(session, project)).statistics
        checked = (await get_summaries(session, project.id)).get(project.id)
    report = from_text(checked).as_of(project.last_synced_at, now()) if checked else None
    if name == "health" and report is None and project.last_synced_at:
        report = await request.app.state.health_checks.report(project.slug)
    found = make_badge(name, statistics, report, is_synced=project.last_synced_at is not None)
    headers = {"Cache-Control": f"max-age={SECONDS_KEPT}"}
    if form == "json":
        body = {"schemaVersion": 1, "label": found.label, "message": found.message,
                "color": found.color}  # fmt: skip
        return JSONResponse(body, headers=headers)
    svg = (
        environment()
        .get_template("badges/badge.svg")
        .render(badge=found, left=_width(found.label), right=_width(found.message))
    )
    return Response(svg, headers=headers, media_type="image/svg+xml")


def make_badge(
    name: str, statistics: Statistics, report: Report | None, *, is_synced: bool
) -> Badge:
    """The badge called NAME."""
    if not is_synced:
        return Badge(name, "not synced yet", NEUTRAL)
    if name == "bugs":
        return _bugs(statistics.open_bugs)
    if name == "health":
        return _health(report)
    if not statistics.by_type.get("story"):
        return Badge(name, "no stories", NEUTRAL)
    if name == "completion":
        return Badge(name, f"{grouped(statistics.completion_percentage)} %", GOOD)
    return _proven(statistics)


def _bugs(counts: dict[str, int]) -> Badge:
    total = sum(counts.values())
    severe = [f"{grouped(counts[severity])} {severity}" for severity in ("critical", "high")
              if counts[severity]]  # fmt: skip
    if severe:
        return Badge("open bugs", ", ".join([grouped(total), *severe]), BAD)
    return Badge("open bugs", grouped(total) if total else "none", FAIR if total else GOOD)


def _health(report: Report | None) -> Badge:
    if report is None:
        return Badge("health", "not checked yet", NEUTRAL)
    outcome, color = ("failed", BAD) if report.failed_by else ("passed", GOOD)
    return Badge("health", f"{grouped(report.grade)} {outcome}", color)


def _proven(statistics: Statistics) -> Badge:
    if statistics.unproven is None:
        return Badge("proven", NOT_RECORDED, NEUTRAL)
    if not statistics.delivered:
        return Badge("proven", "none delivered", NEUTRAL)
    proven = statistics.delivered - statistics.unproven
    share = f"{grouped(proven)} of {grouped(statistics.delivered)} delivered"
    return Badge("proven", share, FAIR if statistics.unproven else GOOD)


def _width(text: str) -> int:
    return sum(_WIDTHS.get(character, _WIDTH) for character in text) // 10 + 2 * _MARGIN
