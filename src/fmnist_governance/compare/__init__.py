"""Two records with their outcomes in, what differs and how surely out."""
