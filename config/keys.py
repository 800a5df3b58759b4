"""``python -m config.keys``: prints a new key for DATA_KEYS."""

import sys

from cryptography.fernet import Fernet

if __name__ == "__main__":
    sys.stdout.write(Fernet.generate_key().decode() + "\n")
