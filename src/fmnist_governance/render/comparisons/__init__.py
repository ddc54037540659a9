"""A comparison in, texts for people and machines out."""
