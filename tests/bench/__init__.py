"""Measures the running image: what a sync costs, how fast it answers, what it takes."""
