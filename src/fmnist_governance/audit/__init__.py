"""A subject in, evidence out."""
