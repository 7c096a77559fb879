"""A workspace with a bit of everything that pages show."""

STORY = "# {id}: {title}\n\n> **Status:** {status}\n> **Epic:** EP0001\n> **Points:** 3\n"
CRITERIA = """
## Acceptance Criteria

### AC1: Ships are listed

- **Verify:** pytest -k list
- **Verified:** yes (2026-08-11)

### AC2: Berths are listed

- **Verified:** {verified}
"""
PORT = {
    "prd.md": "# What for\n\nA port that knows its berths, for everybody who works in it.\n",
    "trd.md": "# How\n\nOne table of ships and one of berths; [the port](epics/EP0001-port.md).\n",
    "epics/EP0001-port.md": "# EP0001: Port\n\n> **Status:** In Progress\n",
    "stories/US0001-list.md": STORY.format(id="US0001", title="List ships", status="Done")
    + CRITERIA.format(verified="no"),
    "stories/US0002-berth.md": STORY.format(id="US0002", title="Find a berth", status="Done")
    + CRITERIA.format(verified="yes (2026-08-12)"),
    "stories/US0003-tide.md": STORY.format(id="US0003", title="Know the tide", status="Blocked"),
    "stories/US0004-leave.md": (
        "# US0004: Leave\n\n> **Status:** Draft\n> **Epic:** EP0001\n> **Depends on:** US0003\n"
        "> **Created:** 2026-02-03\n\nSee US0001, BG0001 and `US0002`.\n"
    ),
    "stories/US0005-sell.md": STORY.format(id="US0005", title="Sell", status="Won't Implement"),
    "bugs/BG0001-late.md": "# BG0001: Late\n\n> **Status:** Open\n> **Severity:** High\n",
    "bugs/BG0002-odd.md": "# BG0002: Odd\n\n> **Status:** Closed\n",
    "plans/PL0001-plan.md": "# PL0001: =Plan\n\n> **Status:** Draft\n> **Story:** US0003\n",
    "notes/a b ü#?.md": "# Notes & <b>\n\nNothing.\n",
}
