"""Recomputes a lottery of the portal: python3 verify_draw.py evidence.json (the file that the draw's page offers)."""

import hashlib
import json
import sys

sha = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
draw = json.load(open(sys.argv[1], encoding="utf-8"))  # noqa: SIM115
seed = sha(draw["secret"] + draw["list_hash"] + draw["public_number"])
families = [line.split() for line in draw["entries"].splitlines()]
left, placed = draw["capacity"], []
for ticket, size in sorted(families, key=lambda family: sha(seed + family[0])):
    if int(size) <= left:
        left -= int(size)
        placed.append(ticket)
wrong = {"the secret is not the one promised": sha(draw["secret"]) != draw["commitment"]}
wrong["the list is not the one closed"] = sha(draw["entries"]) != draw["list_hash"]
wrong["the places were given otherwise"] = placed != draw["placed"]
found = "; ".join(words for words, holds in wrong.items() if holds)
sys.exit(f"NOT verified: {found}" if found else print("verified:", len(placed), "of", len(families), "families placed"))  # noqa: T201
