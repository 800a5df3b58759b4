from tests import make
def test_a(db, client):
    client.force_login(make.officer("district"))
    client.get("/admin/")
