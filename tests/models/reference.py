"""Each module of the networks read off its formula in plain numpy, for the tests to compare with.

Arrays are `[batch, channel, time, gene]`; `w` gives a module's parameters by name.
"""

import numpy as np

Weights = dict[str, np.ndarray]


def parameters(module) -> Weights:
    return {name: value.detach().numpy() for name, value in module.named_parameters()}


def part(w: Weights, name: str) -> Weights:
    return {key.removeprefix(f"{name}."): value for key, value in w.items() if key.startswith(name)}


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def softmax(x, axis):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def laplacian(first, second, weight, n_genes):
    """−D^-½ A D^-½."""
    adjacency = np.zeros((n_genes, n_genes))
    adjacency[first, second] = weight
    adjacency += adjacency.T
    degree = adjacency.sum(axis=1)
    root = np.where(degree > 0, 1 / np.sqrt(np.where(degree > 0, degree, 1)), 0)
    return -root[:, None] * adjacency * root


def dense(x, w, name=""):
    """A 1 × 1 convolution or a linear layer, over the channels."""
    weight = w[f"{name}weight"].reshape(len(w[f"{name}weight"]), -1)
    made = np.einsum("oc,bctg->botg", weight, x)
    return made + w[f"{name}bias"][:, None, None] if f"{name}bias" in w else made


def layer_norm(x, w, name="norm.", *, over_genes=False):
    """Over the channels of each time and gene, or of each time."""
    axis = (1, 3) if over_genes else 1
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    scaled = (x - mean) / np.sqrt(var + 1e-5)
    return scaled * w[f"{name}weight"][:, None, None] + w[f"{name}bias"][:, None, None]


def temporal_conv(x, w, kernel, activation):
    """yₜ = b + Σₖ Wₖ xₜ₋ₖ, then a ⊙ σ(b) or max(a + x, 0)."""
    weight = w["conv.weight"][..., 0]  # [out, in, kernel], the last one for now
    made = np.zeros((len(x), len(weight), *x.shape[2:])) + w["conv.bias"][:, None, None]
    for back in range(kernel):
        moved = np.zeros_like(x)
        moved[:, :, back:] = x[:, :, : x.shape[2] - back]
        made += np.einsum("oc,bctg->botg", weight[:, :, kernel - 1 - back], moved)
    if activation == "relu":
        return np.maximum(made + x, 0)
    half = made.shape[1] // 2
    return made[:, :half] * sigmoid(made[:, half:])


def graph_conv(x, w, scaled, order):
    """x (or W x) + Σₖ Tₖ(L̃) x Θₖ; L̃ is `[gene, gene]` or `[batch, time, gene, gene]`."""

    def moved(y):
        if scaled.ndim == 2:
            return np.einsum("ij,bctj->bcti", scaled, y)
        return np.einsum("btij,bctj->bcti", scaled, y)

    terms = [x, moved(x)]
    while len(terms) < order:
        terms.append(2 * moved(terms[-1]) - terms[-2])
    made = dense(x, w, "residual.") if "residual.weight" in w else x
    for k in range(order):
        made = made + dense(terms[k], w, f"theta.{k}.")
    return made


def gate(x, w):
    return x * sigmoid(dense(x, w, "conv."))


def block(x, w, scaled, kernel, order, activation, *, over_genes):
    x = temporal_conv(x, part(w, "before"), kernel, activation)
    x = elu(graph_conv(x, part(w, "graph"), scaled, order))
    x = temporal_conv(x, part(w, "after"), kernel, activation)
    if part(w, "gate"):
        x = gate(x, part(w, "gate"))
    return layer_norm(x, part(w, "norm"), over_genes=over_genes)


def connectivity_attention(x, w, degree):
    """x · σ(MLP x) (1 + s · G · softmax(d / mean d)) + 0.1 · x."""
    score = sigmoid(dense(elu(dense(x, w, "score.0.")), w, "score.2."))
    connected = softmax(degree / degree.mean(), axis=0) * len(degree)
    return x * score * (1 + w["degree_scale"] * connected) + 0.1 * x


def head(x, w, n_hidden, *, over_genes):
    """Of the last time: dense, norm, ELU for each width, then one number."""
    x = x[:, :, -1:]
    for number in range(n_hidden):
        place = 4 * number
        x = dense(x, w, f"layers.{place}.")
        x = elu(layer_norm(x, w, f"layers.{place + 1}.norm.", over_genes=over_genes))
    return dense(x, w, f"layers.{4 * n_hidden - 1}.")[:, 0, 0]


def lstm_direction(series, w, layer, suffix):
    """Hidden states `[sequence, time, hidden]`; gates in the order input, forget, cell, output."""
    w_in, w_state = w[f"weight_ih_l{layer}{suffix}"], w[f"weight_hh_l{layer}{suffix}"]
    bias = w[f"bias_ih_l{layer}{suffix}"] + w[f"bias_hh_l{layer}{suffix}"]
    hidden = np.zeros((len(series), w_state.shape[1]))
    cell, states = np.zeros_like(hidden), []
    times = range(series.shape[1])
    for time in reversed(times) if suffix else times:
        i, f, g, o = np.split(series[:, time] @ w_in.T + hidden @ w_state.T + bias, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        states.append(hidden)
    return np.stack(states[::-1] if suffix else states, axis=1)


def sequence_memory(x, w, layers):
    batch, channels, time, genes = x.shape
    series = x.transpose(0, 3, 2, 1).reshape(-1, time, channels)
    states = series
    for layer in range(layers):
        both = [lstm_direction(states, part(w, "lstm"), layer, s) for s in ("", "_reverse")]
        states = np.concatenate(both, axis=2)
    if layers:
        series = series + states @ w["project.weight"].T + w["project.bias"]
    back = series.reshape(batch, genes, time, channels).transpose(0, 3, 2, 1)
    return layer_norm(back, w)


def time_attention(x, w, heads, layers):
    batch, channels, time, genes = x.shape
    series = x.transpose(0, 3, 2, 1).reshape(-1, time, channels)
    for layer in range(layers):
        own = part(w, f"layers.{layer}")
        mixed = series @ own["in_proj_weight"].T + own["in_proj_bias"]
        query, key, value = (
            each.reshape(-1, time, heads, channels // heads).transpose(0, 2, 1, 3)
            for each in np.split(mixed, 3, axis=2)
        )
        scores = softmax(query @ key.swapaxes(2, 3) / np.sqrt(channels // heads), axis=3)
        heard = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, time, channels)
        series = series + 0.4 * (heard @ own["out_proj.weight"].T + own["out_proj.bias"])
    return series.reshape(batch, genes, time, channels).transpose(0, 3, 2, 1)


def blocks(x, w, scaled, config, activation):
    deep = dense(x, w, "blocks.project.") if "blocks.project.weight" in w else x
    for number in range(len(config.channels) - 1):
        own = part(w, f"blocks.blocks.{number}")
        deep = block(
            deep,
            own,
            scaled,
            config.temporal_kernel,
            config.chebyshev_order,
            activation,
            over_genes=config.norm_over_genes,
        )
    return deep


def step_mr(x, w, scaled, degree, config):
    deep = blocks(x, w, scaled, config, "glu")
    deep = dense(elu(dense(deep[:, :, -1:], w, "dense.0.")), w, "dense.2.")
    deep = connectivity_attention(deep, part(w, "attention"), degree)
    own, n_hidden = part(w, "head"), len(config.head_channels)
    return head(deep, own, n_hidden, over_genes=config.norm_over_genes)


def step_mi(x, w, scaled, config):
    deep = blocks(x, w, scaled, config, "relu")
    deep = sequence_memory(deep, part(w, "sequence"), config.lstm_layers)
    deep = temporal_conv(deep, part(w, "out"), 2, "relu")
    deep = dense(np.maximum(dense(deep, w, "dense.0."), 0), w, "dense.2.")
    deep = time_attention(
        deep, part(w, "attention"), config.attention_heads, config.attention_layers
    )
    deep = layer_norm(deep, part(w, "out_norm"), over_genes=config.norm_over_genes)
    own, n_hidden = part(w, "head"), len(config.head_channels)
    return head(deep, own, n_hidden, over_genes=config.norm_over_genes)
