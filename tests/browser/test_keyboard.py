"""With the keyboard alone, with JavaScript and without: reading, and every change."""

import shutil
from pathlib import Path
from threading import Event

import pytest
from selenium.webdriver.common.keys import Keys
from support.git_server import GitServer, Reply, Request

from browser.chromium import Chromium

pytestmark = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])

STORIES = 12
REFUSED = (
    "The host git.test is not allowed. List it in SDLC_LENS_GIT_HOSTS and restart the service."
)


@pytest.fixture
def harbour(workspaces: Path) -> Path:
    """A workspace of its own, next to the sample."""
    stories = workspaces / "harbour" / "sdlc-studio" / "stories"
    shutil.rmtree(stories, ignore_errors=True)
    stories.mkdir(parents=True)
    for number in range(1, STORIES + 1):
        text = f"# US{number:04}: Berth {number}\n\n> **Status:** Draft\n"
        (stories / f"US{number:04}-berth.md").write_text(text)
    return stories


def test_from_the_portfolio_to_a_document_and_back(chromium: Chromium, scripts: bool) -> None:
    chromium.scripts(scripts).open("/").follow("Skip to content")
    assert chromium.path == "/#content"
    chromium.follow("Tidewatch").until_heading("Tidewatch")
    chromium.follow("Documents").until_heading("Documents")
    chromium.tab_to("Words in title or id").press("gauge every minute", Keys.ENTER)
    chromium.until_text("1 document of")
    chromium.follow("Read the gauge every minute").until_heading("Read the gauge every minute")
    chromium.follow("All projects").until_heading("All projects")


def test_an_id_leads_from_any_page_to_its_document(chromium: Chromium, scripts: bool) -> None:
    chromium.scripts(scripts).open("/glossary")
    # Projects that other tests add have no story of this number.
    chromium.tab_to("Search or jump to an id").press("us0014", Keys.ENTER)
    chromium.until_heading("Find a noisy line")


def test_a_theme_is_kept(chromium: Chromium, scripts: bool) -> None:
    chromium.scripts(scripts).open("/glossary").follow("Dark").until_theme("dark")
    chromium.open("/").until_theme("dark").follow("System").until_theme("system")


def test_a_repository_by_its_address(
    chromium: Chromium, git_server: GitServer, forge: str, scripts: bool
) -> None:
    answer, released = git_server.backend, Event()

    def slow(request: Request) -> Reply | None:
        assert request.method == "GET" or released.wait(60)
        return answer(request)

    git_server.backend = slow
    chromium.scripts(scripts).open("/add").tab_to("Repository").press("https://git.test/o/r")
    chromium.follow("Add the repository").until_shown("[role=alert]", REFUSED)
    chromium.tab_to("Repository").press(f"{forge}/o/mole")
    chromium.follow("Add the repository").until_heading("Syncs")
    chromium.until_text("1 kB received from the git server")
    released.set()
    chromium.until_text("The workspace was last read")
    chromium.follow("Overview").until_text("/o/mole")
    chromium.follow("Settings").follow("Remove this project …").follow("Remove mole")
    chromium.until_heading("All projects")


def test_a_project_from_its_first_sync_to_its_end(
    chromium: Chromium, harbour: Path, scripts: bool
) -> None:
    chromium.scripts(scripts).open("/").follow("Add a project").until_heading("Add a project")
    chromium.tab_to("Name").press("Harbour")
    chromium.tab_to("Folder of the workspace").press("/data/projects/harbour")
    chromium.follow("Add and sync").until_heading("Syncs")
    chromium.until_text("The workspace was last read")

    for story in sorted(harbour.iterdir())[1:]:
        story.unlink()
    chromium.follow("Sync now").until_text("A deletion waits for confirmation")
    chromium.follow("See what would be removed").until_heading(f"Remove {STORIES - 1} documents?")
    chromium.follow("Sync and remove them").until_heading("Syncs")
    chromium.until_text("The workspace was last read")
    chromium.follow("Documents").until_text("1 document in all")

    chromium.follow("Settings").follow("Remove this project …").until_heading("Remove Harbour?")
    chromium.follow("Remove Harbour").until_heading("All projects")
    assert "Harbour" not in chromium.text
