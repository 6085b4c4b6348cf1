"""STEP: Spatio-Temporal Expression Prediction."""

__version__ = "0.1.0"
