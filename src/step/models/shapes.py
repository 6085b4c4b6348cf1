"""The ranges of what shapes a network."""

from typing import Annotated

from pydantic import Field

from step.typed import between

Width = Annotated[int, between(1, 4096)]
DenseWidth = Annotated[int, between(2, 4096)]
BlockWidths = Annotated[tuple[Width, ...], Field(min_length=2, max_length=17)]
HeadWidths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=16)]
Kernel = Annotated[int, between(1, 64)]
Order = Annotated[int, between(1, 16)]
Layers = Annotated[int, between(0, 16)]
Heads = Annotated[int, between(1, 64)]
Dropout = Annotated[float, between(0, 1, inclusive="left")]
