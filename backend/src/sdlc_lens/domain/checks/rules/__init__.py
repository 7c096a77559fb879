"""The rules of the health check: one module per category, and the table of all."""
