"""Slugs: names of projects in addresses."""

import re

from anyascii import anyascii


def slugify(name: str) -> str:
    """NAME in ASCII and lower case, each run of other characters a hyphen; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower()).strip("-")
