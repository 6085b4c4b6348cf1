"""The demo study, simulated."""
