"""Property tests that give the same answer for the same commit: the build's tests gate an image.

A machine under load fails none of them. Examples may share a fixture, such as a database.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")
