"""Reads the markdown workspaces of software projects and answers questions about them."""

__version__ = "0.1.0"
