"""Syncs: the only writer of documents."""
