"""Where the bytes of a workspace come from."""
