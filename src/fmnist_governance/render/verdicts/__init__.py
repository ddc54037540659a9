"""A verdict in, texts for people and machines out."""
