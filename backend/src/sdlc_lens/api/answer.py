"""The body of an answer, as `/api/v1` promises it."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A body that is made from one of the service's own records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
