"""The published protocol: from the authors' pair tables to the figures that they report."""
