"""Models of query parameters.

FastAPI looks at the type of each of a model's fields again at every request, which takes longer
than the query of a list.
"""

from collections.abc import Awaitable, Callable
from typing import Any, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError


def from_query[Model: BaseModel](model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency: the MODEL that the query's parameters make; lists may repeat theirs."""
    fields = model.model_fields.items()
    lists = {name for name, field in fields if get_origin(field.annotation) is list}

    async def read(request: Request) -> Model:
        given = request.query_params
        values = {name: given.getlist(name) if name in lists else given[name] for name in given}
        try:
            return model.model_validate(values)
        except ValidationError as error:
            errors = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(errors) from error

    return read


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes MODEL from its query."""
    schema = model.model_json_schema()
    parameters = [
        {"name": name, "in": "query", "required": name in schema.get("required", ())}
        | {"schema": field}
        | {key: field[key] for key in ("description",) if key in field}
        for name, field in schema["properties"].items()
    ]
    return {"parameters": parameters}
