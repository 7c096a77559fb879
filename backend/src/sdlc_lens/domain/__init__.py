"""The pure part of the service: the standard library only, no I/O."""
