from activities.admin import activities, care, publicity, venues  # noqa: F401
