"""Chromatin features, gene pairs and their weights."""
