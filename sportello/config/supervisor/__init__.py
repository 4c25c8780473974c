"""Starts, watches and stops everything: the database, the pages, the stream, the worker, the mail listener.

Nothing in this package imports Django: it lives as long as the installation and stays small.
"""
