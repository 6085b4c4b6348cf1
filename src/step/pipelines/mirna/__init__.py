"""STEPmi on miRNA."""
