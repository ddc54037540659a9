"""What is known: typed records in, canonical bytes out."""
