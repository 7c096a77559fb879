"""A workspace that is a folder of a git repository, read with version 2 of git's protocol."""
