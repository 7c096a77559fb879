"""Slugs: names of projects in addresses."""

import re

from anyascii import anyascii

from sdlc_lens.errors import Invalid

LONGEST_NAME = 200


def slugify(name: str) -> str:
    """NAME in ASCII and lower case, each run of other characters a hyphen; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower()).strip("-")


def require_slug(name: str) -> str:
    """The slug of a project called NAME.

    Raises: Invalid, when none can be made of it.
    """
    if len(name) > LONGEST_NAME:
        raise Invalid(f"The name is longer than {LONGEST_NAME} characters. Choose a shorter one")
    if slug := slugify(name):
        return slug
    raise Invalid("The name has no letter and no digit. Choose another name")
