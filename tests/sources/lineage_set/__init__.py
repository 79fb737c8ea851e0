"""Texts whose relations are known, of our own making. ``python -m tests.sources.lineage_set DIR`` writes them out."""
