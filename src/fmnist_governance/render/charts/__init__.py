"""Stored tables in, SVG out."""
