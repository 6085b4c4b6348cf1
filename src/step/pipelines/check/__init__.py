"""A study's files, read and held against its settings before anything is computed."""
