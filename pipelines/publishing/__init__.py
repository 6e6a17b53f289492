"""From assessed values to an immutable release: ledger, gate, release, manifest, lineage and differences.

Does not belong here: how values come about (`warehouse`, `assessment`, `protection`) or how pages look (`dashboards`).
"""
