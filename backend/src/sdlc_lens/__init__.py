"""Reads the markdown workspaces of software projects and answers questions about them."""
