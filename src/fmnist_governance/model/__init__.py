"""Weights and input rules in, a network that answers out."""
