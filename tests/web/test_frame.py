"""What all pages have in common."""

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import ORIGIN, read, visit
from support.problems import problem

from sdlc_lens.main import create_app

pytestmark = pytest.mark.anyio

PAGES = [
    "/",
    "/add",
    "/search?q=berth",
    "/glossary",
    "/about",
    "/projects/harbour",
    "/projects/harbour/board",
    "/projects/harbour/trace",
    "/projects/harbour/documents",
    "/projects/harbour/documents/story/US0001",
    "/projects/harbour/health",
    "/projects/harbour/syncs",
    "/projects/harbour/syncs/confirm",
    "/projects/harbour/settings",
    "/projects/harbour/settings/remove",
]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize("address", PAGES)
async def test_every_page_has_landmarks(visitor: httpx.AsyncClient, address: str) -> None:
    page = await visit(visitor, address)
    assert page.all("header")
    assert page.all("footer")
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#content"}
    assert page.one("nav", aria_label="Site").all("a")[0].text == "SDLC Lens"


async def test_current_page_is_marked(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/projects/harbour/health")
    assert [found.text for found in page.all("a", aria_current="page")] == ["Health"]


@pytest.mark.parametrize("address", [*PAGES, "/nowhere"])
async def test_every_page_has_its_headers(visitor: httpx.AsyncClient, address: str) -> None:
    answer = await visitor.get(address)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["vary"] == "Cookie, Accept-Encoding"


async def test_unchanged_page_is_not_sent_again(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/projects/harbour")
    head = await visitor.head("/projects/harbour")
    assert (head.content, head.headers["etag"]) == (b"", page.headers["etag"])
    again = await visitor.get("/projects/harbour", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    dark = await visitor.get("/projects/harbour", headers={"Cookie": "theme=dark"})
    assert dark.headers["etag"] != page.headers["etag"]


async def test_pages_are_compressed_alike(visitor: httpx.AsyncClient) -> None:
    plain = await visitor.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    compressed = [await visitor.get("/", headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    assert compressed[0].headers["content-encoding"] == "gzip"
    assert compressed[0].headers["etag"] == compressed[1].headers["etag"]
    assert compressed[0].text == plain.text
    assert int(compressed[0].headers["content-length"]) < len(plain.content)


async def test_stylesheet_and_module_are_small_and_cached_for_a_year(
    visitor: httpx.AsyncClient,
) -> None:
    page = await visit(visitor, "/")
    stylesheet = page.one("link", rel="stylesheet").attributes["href"]
    module = page.one("script", type="module").attributes["src"]
    for address, kind, most in ((stylesheet, "css", 20_000), (module, "javascript", 6_000)):
        answer = await visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"text/{kind}; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert len(answer.content) < most
        assert "://" not in answer.text, "nothing comes from another host"
    assert (await visitor.get("/static/lens.000000000000.css")).status_code == 404


async def test_chosen_theme_is_kept(client: httpx.AsyncClient, synced: str) -> None:
    form = {"theme": "dark", "back": "/projects/harbour/documents?type=story"}
    answer = await client.post("/theme", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    assert answer.headers["location"] == form["back"]
    assert answer.headers["set-cookie"].endswith(
        "; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    )
    page = await visit(client, "/")
    assert page.one("html").attributes["data-theme"] == "dark"
    assert page.one("button", aria_pressed="true").text == "Dark"


@pytest.mark.parametrize(
    "back", ["", "//example.org", "/\\example.org", "https://example.org", "nowhere", "/\r\nx: y"]
)
async def test_theme_redirects_within_the_site(client: httpx.AsyncClient, back: str) -> None:
    answer = await client.post("/theme", data={"theme": "dark", "back": back}, headers=ORIGIN)
    assert answer.headers["location"] == "/"


async def test_unknown_theme_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/theme", data={"theme": "x"}, headers=ORIGIN)
    assert answer.status_code == 422
    assert "light, dark or system" in read(answer).one("main").text
    page = read(await client.get("/", headers={"Cookie": "theme=x"}))
    assert page.one("html").attributes["data-theme"] == "system"


@pytest.mark.parametrize(
    ("status", "method", "address", "headers"),
    [
        (404, "GET", "/nowhere", {}),
        (404, "GET", "/nowhere", {"Accept": "application/json"}),
        (404, "GET", "/projects/unknown", {}),
        (404, "GET", "/projects/harbour/documents/story/US9999", {}),
        (405, "DELETE", "/projects/harbour", {}),
        (403, "POST", "/add", {"Origin": "null"}),
        (400, "GET", "/", {"Host": "rebound.example"}),
        (422, "GET", "/projects/harbour/documents?sort=unknown", {}),
    ],
)
async def test_errors_are_pages(
    visitor: httpx.AsyncClient,
    status: int,
    method: str,
    address: str,
    headers: dict[str, str],
) -> None:
    answer = await visitor.request(method, address, headers=headers)
    assert answer.status_code == status
    page = read(answer)
    assert answer.headers["x-request-id"] in page.one("main").text
    assert f"Status {status}" in page.one("main").text
    lead = page.one("p", class_="lead").text
    assert lead[0] == lead[0].upper()
    assert lead[-1] == "."
    assert lead[-2] != "."
    if status == 405:
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_theme_is_chosen_at_an_odd_address(visitor: httpx.AsyncClient) -> None:
    address = "/nowhere/a%20%C3%A4?q=%C3%A4"
    page = await visit(visitor, address, 404)
    assert page.one("input", name="back").attributes["value"] == address


async def test_fault_is_a_page(
    app: FastAPI, client: httpx.AsyncClient, synced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError("secret")

    answer = await client.get("/fails")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert read(answer).one("h1").text == "Internal error"
    assert read(answer).one("p", class_="lead").text == (
        "The service failed. Its log has the reason, under the id of the request."
    )


@pytest.mark.parametrize("address", ["/api/nowhere", "/api", "/livez/x", "/api/v1/projects/x"])
async def test_errors_for_programs_stay_problems(visitor: httpx.AsyncClient, address: str) -> None:
    problem(await visitor.get(address, headers={"Accept": "text/html"}), 404, "NOT_FOUND")


async def test_change_from_a_named_host_without_fetch_metadata(
    client: httpx.AsyncClient, synced: str
) -> None:
    """Under `same-origin` a browser sends its own forms' origin, on plain http too."""
    answer = await client.post("/projects/harbour/syncs", headers={"Origin": "http://lens"})
    assert answer.status_code == 303
    refused = await client.post("/projects/harbour/syncs", headers={"Origin": "http://other"})
    assert refused.status_code == 403


async def test_links_honour_the_root_path(app: FastAPI, synced: str) -> None:
    settings = app.state.settings.model_copy(update={"root_path": "/lens"})
    below = create_app(settings)
    transport = httpx.ASGITransport(below)
    async with httpx.AsyncClient(transport=transport, base_url="http://lens") as client:
        for address in [*PAGES, "/nowhere"]:
            page = read(await client.get(f"/lens{address}"))
            for element in page.all("a", "link", "form", "script", "img"):
                (target,) = (element.attributes[name] for name in ("href", "action", "src")
                             if name in element.attributes)  # fmt: skip
                assert target.startswith(("/lens/", "#", "data:", "?")), target
        answer = await client.post(
            "/lens/theme", data={"theme": "dark", "back": "/lens/about"}, headers=ORIGIN
        )
        assert answer.headers["location"] == "/lens/about"
        assert "Path=/lens/" in answer.headers["set-cookie"]
        answer = await client.get("/lens/search?q=US0003")
        assert answer.headers["location"] == "/lens/projects/harbour/documents/story/US0003-three"
        answer = await client.get("/lens/projects/harbour/tree")
        assert answer.headers["location"] == "/lens/projects/harbour/documents"
        answer = await client.post("/lens/projects/harbour/settings/remove", headers=ORIGIN)
        assert answer.headers["location"] == "/lens/"
    await below.state.runner.close()
    await below.state.database.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/projects/harbour/health-check", "/projects/harbour/health"),
        ("/projects/harbour/tree", "/projects/harbour/documents"),
        ("/settings", "/"),
    ],
)
async def test_addresses_of_older_clients_redirect(
    visitor: httpx.AsyncClient, old: str, new: str
) -> None:
    answer = await visitor.get(old)
    assert (answer.status_code, answer.headers["location"]) == (308, new)
