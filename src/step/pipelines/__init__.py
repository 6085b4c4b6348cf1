"""The stages: wiring in `pipeline.py`, pure node functions in `nodes.py`."""
