"""The stages, once, in order."""
