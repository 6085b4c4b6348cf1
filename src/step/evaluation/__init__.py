"""Scores, their significance, and what can be forecast."""
