"""Backtest and forecast of one assay."""
