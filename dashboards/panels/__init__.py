"""Panels: one function each, from a typed input to a Plotly figure dictionary.

Belongs here: geometry. All words and formatted numbers arrive in the input, made by `dashboards.charts`; colours, fonts
and the shared layout come from `dashboards.theme`. Does not belong here: translation, units, and looking for data.
"""
