"""The graph of genes: its edges, their weights, and rewired controls."""
