import numpy as np
import pytest

from step.figures.embedding import embedding_trajectories

NAMES = np.array(["a", "b", "c"])


def embeddings_of(n_genes: int = 3, dimensions: int = 5) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, n_genes, dimensions))


def named_in(axes) -> list[str]:
    return [line.get_label() for line in axes.lines if line.get_label()[0] != "_"]


def test_connected_genes_alone_are_drawn():
    embeddings = embeddings_of()
    embeddings[:, 2] = 0.0
    axes = embedding_trajectories(embeddings, NAMES).axes[0]
    assert axes.get_title(loc="left") == "2 connected genes"
    assert len(axes.collections[0].get_offsets()) == 2
    assert sorted(named_in(axes)) == ["a", "b"]


def test_paths_end_where_the_genes_are_at_the_last_time():
    axes = embedding_trajectories(embeddings_of(), NAMES).axes[0]
    paths = {line.get_label(): line for line in axes.lines if line.get_label()[0] != "_"}
    ends = [[paths[n].get_xdata()[-1], paths[n].get_ydata()[-1]] for n in NAMES]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), ends)
    assert all(len(path.get_xdata()) == 4 for path in paths.values())


def test_the_genes_that_move_most_are_named_the_most_moving_first():
    embeddings = np.repeat(embeddings_of(20)[:1], 4, axis=0)
    speed = np.arange(20)
    embeddings += speed[None, :, None] * 0.1 * np.arange(4)[:, None, None]
    names = np.array([f"g{n}" for n in range(20)])
    axes = embedding_trajectories(embeddings, names).axes[0]
    assert named_in(axes) == [f"g{n}" for n in range(19, 12, -1)]
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend[:7] == named_in(axes)


def test_the_axes_are_the_principal_components():
    embeddings = embeddings_of(200)
    embeddings[..., 3] *= 10.0
    axes = embedding_trajectories(embeddings, np.array([f"g{n}" for n in range(200)])).axes[0]
    centred = embeddings[-1, :, 3] - embeddings[..., 3].mean()
    drawn = np.asarray(axes.collections[0].get_offsets())[:, 0]
    assert abs(np.corrcoef(drawn, centred)[0, 1]) > 0.999
    share = 100 * embeddings[..., 3].var() / embeddings.reshape(-1, 5).var(axis=0).sum()
    assert f"{share:.0f} % of the variance" in axes.get_xlabel()


@pytest.mark.parametrize(
    "embeddings", [embeddings_of(1), embeddings_of(3, 1), np.ones((1, 3, 2)), np.ones((4, 3, 2))]
)
def test_few_genes_times_or_dimensions_are_drawn(embeddings):
    figure = embedding_trajectories(embeddings, NAMES[: embeddings.shape[1]])
    figure.draw_without_rendering()
    assert len(figure.axes[0].collections[0].get_offsets()) == embeddings.shape[1]


def test_a_name_from_a_users_file_starts_no_mathematics():
    figure = embedding_trajectories(embeddings_of(), np.array([r"$\frac$", "<b>", "x" * 50]))
    figure.draw_without_rendering()
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()[:3]]
    assert sorted(legend) == sorted([r"\$\frac\$", "<b>", "x" * 17 + "…"])


def test_without_contacts_no_empty_plot_is_drawn():
    figure = embedding_trajectories(np.zeros((4, 3, 5)), NAMES)
    assert not figure.axes
    assert [text.get_text() for text in figure.texts] == ["No gene is connected to another."]
