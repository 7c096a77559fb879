"""The engine's fixtures, for the tests of this folder."""

from engine.fixtures import checkout, registry

__all__ = ["checkout", "registry"]
