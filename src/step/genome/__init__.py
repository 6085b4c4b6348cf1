"""Bins, contacts, chromatin features and gene pairs. Coordinates are 0-based and half-open."""
