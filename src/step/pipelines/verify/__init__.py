"""Results held against what the runs that wrote them recorded."""
