"""Search queries, text folded for comparing, and excerpts."""
