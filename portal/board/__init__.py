"""The district's board: what stands in ``series``, by township and month, kept in ``summary``; what was asked for in ``burden``."""
