"""Property tests that give the same answer for the same commit: the build's tests gate an image."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")
