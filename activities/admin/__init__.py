from activities.admin import activities  # noqa: F401
