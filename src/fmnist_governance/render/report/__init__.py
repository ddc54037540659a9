"""Record and assessment in; what the audit report prints, chapter by chapter, out."""
