"""Query functions that take a session: one module per noun."""
