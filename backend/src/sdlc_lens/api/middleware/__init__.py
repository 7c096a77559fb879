"""ASGI middleware, one module per concern."""
