"""The engine's fixtures, for the tests of this folder."""

from engine.fixtures import checkout, emulator, registry

__all__ = ["checkout", "emulator", "registry"]
