"""Pages: each module turns the material of a site into views of one kind of page.

Belongs here: which panels a page has and in which order. Does not belong here: HTML (`dashboards.templates`), files
(`dashboards.site`).
"""
