"""Where the facts about projects and documents live."""
