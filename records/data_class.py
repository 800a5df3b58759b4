"""Data classes (数据安全法 art. 21): every model says which one its most sensitive field belongs to."""

PUBLIC = "public"  # published to everybody
INTERNAL = "internal"  # officers, no personal data
PERSONAL = "personal"  # personal data of adults
SENSITIVE = "sensitive"  # minors under 14, health, whereabouts
