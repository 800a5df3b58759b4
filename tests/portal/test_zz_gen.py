import sys

sys.path.insert(0, "/tmp")
from django.db import transaction

from tests.portal import world


def test_gen(db, files):
    from lines import L
    people = world.people()
    rows = world.district(people["resident"])
    names = world.where(rows)
    clients = {n: world.enter(u) for n, u in people.items()}
    out = open("/tmp/gen.txt", "w")
    for m, path in L:
        if m == "#":
            out.write(f"\n# {path}\n"); continue
        got = []
        for n, c in clients.items():
            try:
                with transaction.atomic():
                    a = world.answer(c, world.ask(c, m, path.format(**names)))
                    transaction.set_rollback(True)
            except Exception as e:
                a = "EXC"; print(m, path, n, repr(e)[:300])
            if path in ("/logout/","/admin/logout/"): clients[n] = world.enter(people[n])
            got.append(a)
        line = f"{m:5} {path:52} " + " ".join(f"{a:5}" for a in got)
        out.write(line.rstrip() + "\n")
    out.close()
