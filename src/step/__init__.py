"""STEP: Spatio-Temporal Expression Prediction."""

__version__ = "0.2.0"
