"""Raw files to samples, expression and places."""
