from centers.admin import appointment, centers, upgrade, work  # noqa: F401
