from centers.admin import centers, upgrade, work  # noqa: F401
