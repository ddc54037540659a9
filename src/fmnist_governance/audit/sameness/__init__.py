"""Parts of the integrity check: the same question asked in other ways, and how alike the answers are."""
