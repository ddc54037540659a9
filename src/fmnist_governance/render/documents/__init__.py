"""Pages that people read, one file each."""
