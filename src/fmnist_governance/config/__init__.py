"""What was asked: files that a person writes in, frozen settings out."""
