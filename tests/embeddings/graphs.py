import networkx
import numpy as np
import scipy.sparse

from step.graphs.gene_graph import adjacency


def as_matrix(nodes: networkx.Graph) -> scipy.sparse.csr_array:
    """The graph as a matrix, neighbours in networkx's order."""
    names = list(nodes)
    place = {name: number for number, name in enumerate(names)}
    entries = [
        (place[name], place[other], value["weight"])
        for name in names
        for other, value in nodes[name].items()
    ]
    source, target, weight = (np.array(column) for column in zip(*entries, strict=True))
    return adjacency(source, target, weight, np.arange(len(entries)), len(names))
