"""STEPmr on mRNA."""
