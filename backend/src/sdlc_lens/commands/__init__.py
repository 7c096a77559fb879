"""What `python -m sdlc_lens` can be asked to do: one module a command."""
