"""Record and assessment in, text out."""
