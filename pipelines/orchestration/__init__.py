"""Dagster: assets, checks, sensor and schedule around the plain steps. The only room that imports Dagster.

Does not belong here: anything that could be tested without Dagster.
"""
