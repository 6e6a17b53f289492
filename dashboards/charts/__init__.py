"""Charts with their words: from series and a voice to a panel's input, summary, notes and table twin.

Belongs here: choosing what a chart shows and saying it. Does not belong here: geometry (`dashboards.panels`) and the
order of a page (`dashboards.pages`). A chart without anything to draw says why.
"""
