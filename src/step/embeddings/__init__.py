"""Temporal node2vec."""
