"""What a browser sends: fields of forms, values of queries."""

from typing import Literal
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse

from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.status import with_spellings
from sdlc_lens.errors import Invalid

MOST_VALUES = 50


async def read_form(request: Request) -> dict[str, str]:
    """The fields of the form in REQUEST; of a repeated field, the last value."""
    body = (await request.body()).decode("utf-8", errors="replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=100))
    except ValueError as error:
        raise Invalid("the form has too many fields. Send the form of the page") from error


def see(address: str) -> RedirectResponse:
    """Send the browser to ADDRESS after a change."""
    return RedirectResponse(address, status_code=303)


def values(query: QueryParams, name: str) -> list[str]:
    """The values of a filter; empty ones are ignored, since forms send them."""
    found = [value[:200] for value in query.getlist(name) if value]
    if len(found) > MOST_VALUES:
        raise Invalid(f"{name}: more than {MOST_VALUES} values. Choose fewer")
    return found


def statuses(query: QueryParams) -> list[str]:
    """The statuses asked for, in the spelling that is stored."""
    return with_spellings(values(query, "status"))


def epics(query: QueryParams) -> list[str]:
    """The epics asked for, by their ids in normal form."""
    return [first_id(epic) or epic for epic in values(query, "epic")]


def page_number(query: QueryParams) -> int:
    """The page of a list; the first one unless another is asked for."""
    asked = query.get("page", "")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 11 else 1


def sorting(
    query: QueryParams, columns: object, default: str, descending: bool
) -> tuple[str, bool]:
    """The column to sort by and whether it is descending."""
    column = query.get("sort") or default
    assert isinstance(columns, tuple | dict | frozenset)
    if column not in columns:
        raise Invalid(f"sort: unknown column {column[:100]!r}. Choose one of the table's columns")
    order: Literal["asc", "desc"] | str = query.get("order") or ("desc" if descending else "asc")
    if order not in ("asc", "desc"):
        raise Invalid(f"order: {order[:100]!r} is not supported. Use asc or desc")
    return column, order == "desc"
