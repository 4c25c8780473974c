"""Django's backend for PostgreSQL, for a cluster whose primary may change (`base.py`)."""
