from activities.admin import activities, venues  # noqa: F401
