"""The version of this service: the image's, or the installed package's."""

import os

VARIABLE = "SDLC_LENS_VERSION"
"""Set by the image, which is built from a commit or a tag; not a setting."""

UNKNOWN = "0+unknown"


def version() -> str:
    """The version, such as 1.2.3, 1.2.3-4-g0123456789ab or 0+unknown."""
    return os.environ.get(VARIABLE) or _of_package()


def _of_package() -> str:
    # Imported here because it is slow, and images do not need it.
    from importlib import metadata

    try:
        return metadata.version("sdlc-lens")
    except metadata.PackageNotFoundError:
        return UNKNOWN
