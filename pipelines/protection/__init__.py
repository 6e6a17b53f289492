"""Confidentiality: what is hidden before anything is published, and the audit that proves it.

Belongs here: `suppression` and `covering`, which hide, and `audit` and `audit_together`, which see only what is to be
published and share no code with them but the solver, `feasible`; `audit_site` and `leak_scan`, which read the
published bytes themselves. Does not belong here: which
values exist (dbt) and which policy holds (initiative.yml).
"""

from pipelines.protection.suppression import SAID, Again, protect

__all__ = ["SAID", "Again", "protect"]
