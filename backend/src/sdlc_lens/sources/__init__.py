"""The sources of workspaces."""
