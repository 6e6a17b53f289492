"""Everything between a partner's file and a published release.

Rooms: `declarations` (what is declared), `intake` (files to rows), `warehouse` (dbt), `assessment` (statistics),
`protection` (confidentiality), `publishing` (releases), `orchestration` (the only one that knows Dagster).
"""
