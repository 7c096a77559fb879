"""The rules of the health check: one module a category, and the table of them all."""
