"""Confidentiality: what is hidden before anything is published, and the audit that proves it.

Belongs here: `suppression`, which hides, and `audit`, which sees only what is to be published and shares no
code with it; `audit_site` and `leak_scan`, which read the published bytes themselves. Does not belong here: which
values exist (dbt) and which policy holds (initiative.yml).
"""

from pipelines.protection.suppression import Again, protect

__all__ = ["Again", "protect"]
