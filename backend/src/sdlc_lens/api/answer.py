"""The base of all response models."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A response body, read from the attributes of a dataclass."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
