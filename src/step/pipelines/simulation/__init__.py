"""Raw files of a simulated study."""
