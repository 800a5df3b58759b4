"""Recomputes a lottery of the portal: python3 verify_draw.py draw.json (the file that the draw's page offers)."""

import hashlib
import json
import sys
from pathlib import Path

sha = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
draw = json.loads(Path(sys.argv[1]).read_text("utf-8"))
_ = sha(draw["secret"]) == draw["commitment"] or sys.exit("the secret is not the one that was promised")
_ = sha(draw["entries"]) == draw["list_hash"] or sys.exit("the list is not the one that was closed")
seed = sha(draw["secret"] + draw["list_hash"] + draw["public_number"])
families = [line.split() for line in draw["entries"].splitlines()]
left, placed = draw["capacity"], []
for ticket, size in sorted(families, key=lambda family: sha(seed + family[0])):
    if int(size) <= left:
        left -= int(size)
        placed.append(ticket)
_ = placed == draw["placed"] or sys.exit("the places were given otherwise")
sys.stdout.write(f"verified: {len(placed)} of {len(families)} families placed, {left} places left\n")
