"""Every screen, as the sample workspace fills it: a new one is a line here."""

PROJECT = "/projects/tidewatch"

SCREENS = {
    "portfolio": "/",
    "overview": PROJECT,
    "board": f"{PROJECT}/board",
    "trace": f"{PROJECT}/trace",
    "documents": f"{PROJECT}/documents",
    "document": f"{PROJECT}/documents/story/US0001-read-the-gauge",
    "health": f"{PROJECT}/health",
    "syncs": f"{PROJECT}/syncs",
    "confirm": f"{PROJECT}/syncs/confirm",
    "settings": f"{PROJECT}/settings",
    "remove": f"{PROJECT}/settings/remove",
    "add": "/add",
    "search": "/search?q=sill",
    "glossary": "/glossary",
    "about": "/about",
    "api": "/api/v1/docs",
    "error": "/projects/missing",
}
