"""Puts the service together and decides nothing."""

from fastapi import FastAPI

from sdlc_lens.settings import Settings, load_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI application; without SETTINGS they come from the environment."""
    app = FastAPI(title="SDLC Lens")
    app.state.settings = settings or load_settings()

    @app.get("/livez")
    @app.get("/readyz")
    @app.get("/api/v1/system/health")
    async def _alive() -> dict[str, str]:
        return {"status": "healthy"}

    return app
