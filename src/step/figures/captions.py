"""How to read each figure."""

CAPTIONS = {
    "arm_errors": (
        "Mean squared error one sampled time ahead, in % of that of the best simple forecaster "
        "(black, at 0): left of 0 is better. Bars are 95 % intervals by a block bootstrap over "
        "forecast origins; what is too far off is an arrow with its number. Blue is STEP, orange "
        "its parts, grey the other simple forecasters."
    ),
    "observed_against_forecast": (
        "STEP one sampled time ahead. Left: observed against forecast change from the last value; "
        "where the means of the tenths (orange) follow the line, changes are forecast in the right "
        "size. Right: the values themselves, which lie on the line already because genes differ in "
        "level."
    ),
    "changes": (
        "Changes from the last value to the next, observed (grey) and forecast by STEP, on a "
        "logarithmic axis. The legend has their mean size over that of the observed ones. A "
        "good forecast of a noisy course is smaller than what is observed: noise cannot be "
        "foreseen."
    ),
    "error_by_time": (
        "Above: each forecaster's mean squared error at each forecast time as a ratio to that of "
        "the best simple forecaster; below 1 is better. Below: the error of that forecaster "
        "itself, beside what replicate noise alone leaves."
    ),
    "skill_by_origin": (
        "Skill of STEP against the best simple forecaster at each forecast time: the % of that "
        "forecaster's error which STEP avoids. The line is the skill over all origins, the band "
        "its 95 % interval by a block bootstrap; a skill that rests on one or two times is not to "
        "be trusted."
    ),
    "calibration": (
        "Share of the observations inside STEP's intervals, by horizon (with 95 % intervals by a "
        "block bootstrap over forecast origins) and over time. On the dashed line the intervals "
        "hold as often as they promise; below it they are too narrow."
    ),
    "graph_test": (
        "Error on the real graph (blue) and without a graph (diamond), each in % of the mean error "
        "on control graphs (grey; their number in brackets). Rewired: genes exchanged places; "
        "shifted: genes moved along their chromosomes. The graph helps where blue lies left of the "
        "grey."
    ),
    "gene_network": (
        "The graph: who is joined with whom; places mean nothing else. Colour: expression at the "
        "last time, in standard deviations from the gene's mean over all times (grey: constant or "
        "not measured); size: number of neighbours."
    ),
    "gene_correlations": (
        "Each gene's correlation of observed and forecast, by its neighbours and by its range, "
        "with Spearman's correlation over genes, which are not independent of each other; and all "
        "genes' correlations beside the best simple forecaster's."
    ),
    "predictability": (
        "Left: each gene's R² against the share of its variance that is not noise, which is the "
        "ceiling (dashed); crosses are flagged genes. Right: each gene's skill against how sure it "
        "is; coloured genes keep a q of at most 0.05 across all genes."
    ),
    "course_heatmap": (
        "Each row is a gene's course, in standard deviations from its mean; genes of like shape "
        "stand together, lines part the main shapes, and grey is what was not sampled. Beside it "
        "each gene's class and its skill against the best simple forecaster."
    ),
    "structure_against_expression": (
        "How variable a gene is, and how well STEP forecasts it, by the compartment (box: "
        "quartiles) and the insulation score of its bin. Spearman's correlation is over genes, "
        "which are not independent of each other."
    ),
    "sample_overview": (
        "Left: the samples by their first two principal components, coloured by time; lines join "
        "replicates. A sample far from its replicates may be mislabelled or bad. Right: how well "
        "each sample's genes agree with the mean of its replicates, each gene's own mean taken off."
    ),
    "contact_map": (
        "The chromosome with most genes of the study. Triangle: contacts between two places, above "
        "their middle, as high as they are far apart. Beneath: compartments (E1), insulation with "
        "boundaries, the genes, and the edges of the graph between them."
    ),
    "contact_maps": (
        "Contacts of the largest chromosomes on one scale of colour; blue dots above the diagonal "
        "are the pairs of genes that the graph joins by contact."
    ),
    "embedding": (
        "The embedding of the graph on its two principal components. Grey: each connected gene at "
        "the last time. Coloured: the paths of the genes that move most, from the open to the "
        "filled circle."
    ),
    "enrichment": (
        "Gene sets over-represented among the best and the worst genes, by skill or by R², at an "
        "adjusted p of at most 0.05. The size of a dot, and the numbers beside it, say how many "
        "genes of the set are in the group."
    ),
}
"""One or two sentences by the figure's name: what it shows, and how to read it."""
