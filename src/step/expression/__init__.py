"""From a lab's table to replicates, means and noise."""
