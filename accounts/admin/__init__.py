from accounts.admin import people, records, regions  # noqa: F401
