"""Forecasters under test, and how they are tested."""
