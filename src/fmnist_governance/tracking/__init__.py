"""The only package that speaks to MLflow: runs, models and their files."""
