from centers.admin import centers  # noqa: F401
