from funding.nouns import money, rating

__all__ = ["money", "rating"]
