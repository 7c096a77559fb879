"""Queries on documents: lists of them, and one with its text."""
