"""The learner's folder: each exNN_name.py is a stub to fill in, each exNN_name.md its lesson."""
