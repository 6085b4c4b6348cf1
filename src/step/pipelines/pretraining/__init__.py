"""Networks pretrained on simulated courses."""
