"""The schema of this API, and a page that shows it to people: no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from sdlc_lens.api.markup import Html, element, joined
from sdlc_lens.api.openapi import Schema, describe

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_OWN_ADDRESS = "/api/v1/openapi.json"
_COMPONENT = "#/components/schemas/"
_LIMITS = {
    "default": "default",
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "characters at least",
    "maxLength": "characters at most",
}

router = APIRouter(prefix="/api/v1", include_in_schema=False)


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The schema, with the address that it is served below when that is not the root."""
    root = request.scope.get("root_path", "")
    servers = {"servers": [{"url": root}]} if root else {}
    return JSONResponse(describe(request.app) | servers)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The schema as a page."""
    address = request.scope.get("root_path", "") + request.app.url_path_for("openapi")
    theme = request.cookies.get("theme", "")
    chosen = theme if theme in ("light", "dark") else "system"
    page = render(describe(request.app), address, chosen)
    headers = {"Content-Security-Policy": _POLICY, "Vary": "Cookie"}
    return HTMLResponse(page, headers=headers)


def render(schema: Schema, address: str, theme: str = "system") -> str:
    """A page that shows SCHEMA in the colours of THEME, with a link to it at ADDRESS."""
    title = f"{schema['info']['title']} {schema['info']['version']}"
    operations = [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Html(STYLE)),
    )
    home = address.removesuffix(_OWN_ADDRESS)
    body = element(
        "body",
        element("nav", element("a", "SDLC Lens", href=f"{home}/"), class_="top", aria_label="Site"),
        element(
            "div",
            _introduction(title, schema["info"], address),
            _contents(operations),
            element("main", *_sections(operations), _components(schema["components"]["schemas"])),
            class_="page",
        ),
    )
    html = element("html", head, body, lang="en", data_theme=theme)
    return f"<!doctype html>\n{html}\n"


Operation = tuple[str, str, Schema]


def _introduction(title: str, info: Schema, address: str) -> Html:
    return element(
        "header",
        element("h1", title),
        element("p", info["summary"]),
        element("p", _prose(info["description"])),
        element("p", "The same for programs: ", element("a", "openapi.json", href=address), "."),
    )


def _contents(operations: Iterable[Operation]) -> Html:
    links = [
        element("li", element("a", _heading(method, path), href=f"#{operation['operationId']}"))
        for method, path, operation in operations
    ]
    return element("nav", element("ul", *links), aria_label="Contents")


def _heading(method: str, path: str) -> Html:
    return joined(element("span", method.upper(), class_="method"), element("code", path))


def _sections(operations: list[Operation]) -> list[Html]:
    """One section for each tag, in the order in which the tags occur."""
    tags = dict.fromkeys(operation["tags"][0] for _, _, operation in operations)
    return [
        element(
            "section",
            element("h2", tag.capitalize()),
            *(_operation(*found) for found in operations if found[2]["tags"][0] == tag),
        )
        for tag in tags
    ]


def _operation(method: str, path: str, operation: Schema) -> Html:
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    return element(
        "article",
        element("h3", _heading(method, path), id=operation["operationId"]),
        element("p", _prose(operation.get("description", ""))),
        _parameters(operation.get("parameters", [])),
        *(element("p", "Body: ", _type(body["schema"])) for body in bodies),
        _answers(operation["responses"]),
    )


def _parameters(parameters: list[Schema]) -> Html:
    rows = [
        (
            element("code", parameter["name"]),
            parameter["in"],
            _type(parameter["schema"]),
            _notes(parameter["schema"], parameter.get("description", "")),
        )
        for parameter in parameters
    ]
    return _table("Parameters", ("Name", "In", "Type", "Notes"), rows)


def _answers(responses: Mapping[str, Schema]) -> Html:
    rows = [
        (element("code", status), _bodies(response), _prose(response["description"]))
        for status, response in responses.items()
    ]
    return _table("Answers", ("Status", "Body", "Meaning"), rows)


def _bodies(response: Schema) -> Html:
    bodies = response.get("content", {}).items()
    return joined(
        *(
            joined(_type(body.get("schema", {})), " ", element("span", kind, class_="note"))
            for kind, body in bodies
        )
    )


def _components(schemas: Mapping[str, Schema]) -> Html:
    return element(
        "section",
        element("h2", "Bodies"),
        *(_component(name, schema) for name, schema in schemas.items()),
    )


def _component(name: str, schema: Schema) -> Html:
    needed = schema.get("required", [])
    rows = [
        (
            element("code", field),
            _type(kind),
            _notes(kind, kind.get("description", ""), optional=field not in needed),
        )
        for field, kind in schema.get("properties", {}).items()
    ]
    return element(
        "article",
        element("h3", name, id=name),
        element("p", _prose(schema.get("description", ""))),
        _table("Fields", ("Name", "Type", "Notes"), rows),
    )


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Html:
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    if not lines:
        return Html()
    head = element("tr", *(element("th", column, scope="col") for column in columns))
    table = element("table", element("thead", head), element("tbody", *lines))
    wide = element("div", table, class_="wide", tabindex="0", role="group", aria_label=title)
    return joined(element("h4", title), wide)


def _prose(text: str) -> Html:
    """TEXT with what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    return joined(*(element("code", part) if place % 2 else part for place, part in parts))


def _type(schema: Schema) -> Html:
    """The type in words, with a link where it has a name."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_COMPONENT)
        return element("a", name, href=f"#{name}")
    if "anyOf" in schema:
        return _separated(" or ", map(_type, schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return _separated(", ", (element("code", str(value)) for value in values))
    if schema.get("type") == "array":
        return joined("array of ", _type(schema.get("items", {})))
    if "additionalProperties" in schema and schema["additionalProperties"] is not True:
        return joined("object of ", _type(schema["additionalProperties"]))
    return joined(schema.get("type", "any"))


def _separated(separator: str, parts: Iterable[Html]) -> Html:
    first, *others = parts
    return joined(first, *(joined(separator, part) for part in others))


def _notes(schema: Schema, description: str, *, optional: bool = False) -> Html:
    limits: dict[str, Any] = {_LIMITS[key]: schema[key] for key in _LIMITS if key in schema}
    notes = [f"{name} {value}" for name, value in limits.items() if value is not None]
    if optional and not notes:
        notes.append("may be left out")
    return joined(_prose(description), " ", element("span", "; ".join(notes), class_="note"))
