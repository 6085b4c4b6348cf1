"""The graph of genes: its edges, their weights, and rewired controls.

It takes tables and arrays, and imports nothing of the other rooms.
"""
