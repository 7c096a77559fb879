"""The commands of `python3 -m sdlc_lens`, one module each."""
