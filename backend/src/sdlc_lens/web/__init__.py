"""The pages: what a person sees, over the same queries as the API."""
