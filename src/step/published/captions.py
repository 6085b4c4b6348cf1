"""How to read each figure of the published protocol."""

CAPTIONS = {
    "forecast_scatter": (
        "The scored coordinate at the next time against its forecast, held-out windows: the "
        "network's (first seed), an autoregression's and the last value. Genes that differ in "
        "level lie along the line under any of them."
    ),
    "changes": (
        "Changes of the coordinate from its last value, observed (grey) and forecast, held-out "
        "windows; on a logarithmic axis. The legend has the mean size of the forecast "
        "changes over that of the observed ones; the last value forecasts none."
    ),
    "accuracy_by_time": (
        "Mean squared error, and correlation over the genes, at each held-out time; of the "
        "network, the mean of the seeds. The windows of neighbouring times overlap those trained "
        "on."
    ),
    "coordinates": (
        "How well the last value forecasts each coordinate of the embedding. The scored one is "
        "one of them, the last."
    ),
    "embedding_paths": (
        "The embedding of the genes that move most, from the open to the filled circle, laid out "
        "by t-SNE: near points are alike, but distances between groups mean nothing."
    ),
    "loss_by_epoch": (
        "The loss by epoch, and its weighted components on the held-out windows. The held-out "
        "windows chose the epoch that is kept (orange), and are scored."
    ),
    "graph": (
        "The graph of the table's gene pairs. Colour: expression at the first time, in standard "
        "deviations from the gene's mean over all times; size: number of partners. Places mean "
        "nothing but who is joined with whom."
    ),
    "gene_scores": (
        "Each gene's correlation with its forecast by its partners and by its range, with "
        "Spearman's correlation over genes, which are not independent of each other; and all "
        "genes' correlations beside those of the last value."
    ),
    "gene_courses": (
        "The scored coordinate over time (line), and its forecasts: of held-out windows (blue) and "
        "of windows that the network was trained on (orange). The best forecast gene first."
    ),
}
"""One or two sentences by the figure's name."""
