"""Images and labels in, a verified data set out."""
