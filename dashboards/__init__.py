"""Pages and panels of the published site; knows published tables only, never files or the warehouse."""
