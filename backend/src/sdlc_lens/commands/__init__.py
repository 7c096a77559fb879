"""What `python3 -m sdlc_lens` can be asked to do: one module a command."""
