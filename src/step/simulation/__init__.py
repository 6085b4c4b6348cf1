"""Genomes and time courses simulated from a seed."""
