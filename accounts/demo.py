"""The people of the demonstration district: invented names, phones of no one, accounts that log in only where DEMO is 1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts import consents
from accounts.models import ConsentRecord, Grant, Guardianship, Organisation, Participant, Region, User
from accounts.models.organisation import ALPHABET
from accounts.roles import Role

PASSWORD = "demo-portal-2024"  # noqa: S105 — the contract publishes it; the accounts can't log in with DEMO=0
DISTRICT, TOWN, OTHER_TOWN, VILLAGE = "330703", "330703001", "330703101", "330703001021"
BATCH = 1000
HOUSEHOLDS, LONE_ELDERS = 520, 270

#: login, name, role, region
STAFF = (
    ("district", "区委组织部（演示）", Role.DISTRICT_ADMIN, DISTRICT),
    ("reviewer", "区级审核员（演示）", Role.DISTRICT_REVIEWER, DISTRICT),
    ("town", "多湖街道党建办（演示）", Role.TOWNSHIP_OFFICER, TOWN),
    ("othertown", "孝顺镇党建办（演示）", Role.TOWNSHIP_OFFICER, OTHER_TOWN),
    ("village", "光南社区专管员（演示）", Role.VILLAGE_MANAGER, VILLAGE),
    ("head", "光南社区负责人（演示）", Role.VILLAGE_HEAD, VILLAGE),
    ("cadre", "光南社区干部甲（演示）", Role.CADRE, VILLAGE),
    ("cadre2", "光南社区干部乙（演示）", Role.CADRE, VILLAGE),
    ("unit", "条线部门经办人（演示）", Role.UNIT_OFFICER, DISTRICT),
    ("partner", "社区合伙人（演示）", Role.PARTNER, VILLAGE),
    ("representative", "代表（演示）", Role.REPRESENTATIVE, DISTRICT),
    ("auditor", "审计员（演示）", Role.AUDITOR, DISTRICT),
    ("sysadmin", "系统管理员（演示）", Role.SYSTEM_ADMIN, DISTRICT),
    ("secadmin", "安全管理员（演示）", Role.SECURITY_ADMIN, DISTRICT),
)
#: The nine residents, 13800000001 onward: name, village, age, family as (name, kind, age, consent recorded).
RESIDENTS: tuple[tuple[str, str, int, tuple[tuple[str, str, int, bool], ...]], ...] = (
    ("黄青禾", VILLAGE, 36, (("方小满", "child", 8, True),)),
    ("方晴川", VILLAGE, 38, ()),
    ("金石榴", VILLAGE, 34, (("金豆豆", "child", 7, True), ("金苗苗", "child", 10, False))),
    ("施云朵", VILLAGE, 35, (("施小米", "child", 9, True),)),
    ("胡松果", "330703001022", 37, (("胡核桃", "child", 11, False),)),
    ("严知秋", VILLAGE, 45, (("严芦苇", "child", 12, True), ("严长河", "elder", 74, True))),
    ("盛木棉", "330703001023", 29, (("盛芽芽", "child", 3, True),)),
    ("叶麦穗", "330703101202", 33, (("叶青豆", "child", 6, True), ("叶白果", "child", 12, False))),
    ("朱桂圆", "330703002001", 41, (("朱竹笋", "child", 13, True),)),
)
#: kind, name, region, whether it has a code, phone
ORGANISATIONS = (
    ("public", "金东区演示小学", TOWN, True, "0579-82000101"),
    ("public", "多湖街道社区卫生服务中心（演示）", TOWN, True, "0579-82000102"),
    ("public", "金东区演示图书馆", DISTRICT, True, "0579-82000103"),
    ("public", "金东区演示国有资产经营中心", DISTRICT, True, ""),
    ("public", "孝顺镇演示中心幼儿园", OTHER_TOWN, True, "0579-82000105"),
    ("company", "金华演示物业服务有限公司", TOWN, True, "0579-82000106"),
    ("company", "金东演示幸福餐饮有限公司", TOWN, True, "0579-82000107"),
    ("company", "演示烘焙工作室", VILLAGE, False, ""),
    ("company", "孝顺演示文化传播有限公司", OTHER_TOWN, True, "0579-82000109"),
    ("social", "金东区演示社会工作服务中心", DISTRICT, True, "0579-82000110"),
    ("social", "多湖街道演示公益服务社", TOWN, True, ""),
    ("social", "赤松镇演示老年协会", "330703108", True, ""),
    ("group", "小豆芽呵护队（演示）", VILLAGE, False, ""),
    ("group", "光南社区演示合唱队", VILLAGE, False, ""),
    ("group", "源东乡演示桃花志愿队", "330703200", False, ""),
)
SURNAMES = "黄金方施胡严盛叶朱陈李王张徐周吴何郑钱孙马杜傅楼曹邵倪龚范舒"
ADULTS = re.findall("..", "青禾晴川石榴云朵松果知秋木棉麦穗桂圆竹青远山溪石晚枫春泥夏荷秋实冬青星野月白海棠半夏白芷沉香南烛")
CHILDREN = re.findall("..", "豆豆苗苗小满小米核桃芽芽青豆白果竹笋莲子芝麻糯米小麦花生石子米粒桃子杏仁橙子蒲叶")
ELDERS = re.findall("..", "大山长河老槐桂花银杏古松腊梅秋菊玉兰青石向阳春来")


@dataclass
class Person:
    """A participant with those who may book for them (nobody: the desk does); one family has one number."""

    row: Participant
    family: int
    actors: list[User]
    consented: bool


@dataclass
class People:
    """Whom the other apps' demonstrations need."""

    staff: dict[str, User]
    officers: dict[str, User]
    persons: list[Person]
    residents: list[list[Person]]


@dataclass
class Register:
    """Collects rows in memory; ``store`` inserts them table by table."""

    rng: Random
    regions: dict[str, Region]
    today: date = field(default_factory=timezone.localdate)
    users: list[User] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    guardianships: list[Guardianship] = field(default_factory=list)
    consents: list[ConsentRecord] = field(default_factory=list)

    def moment(self, first: int = 60, last: int = 85) -> datetime:
        """Some moment of an earlier day."""
        day = self.today - timedelta(self.rng.randint(first, last))
        return timezone.make_aware(datetime.combine(day, time(self.rng.randint(7, 21), self.rng.randint(0, 59))))

    def birthday(self, age: int) -> date:
        """Full ``age`` years today and for the next month at least."""
        return self.today.replace(year=self.today.year - age, day=1) - timedelta(self.rng.randint(2, 300))

    def resident(self, name: str, phone: str) -> User:
        user = User(login=f"r{self.rng.getrandbits(64):016x}", phone=phone, name=name, password="!", is_demo=True, created_at=self.moment())  # noqa: S106
        self.users.append(user)
        return user

    def person(
        self, kind: str, name: str, age: int, region: Region, family: int, actors: Sequence[User], *, by: User, consented: bool = True
    ) -> Person:
        """A participant with guardianships (not for oneself) and consents."""
        made = self.moment(40, 58)
        own = actors[0] if kind == Participant.Kind.SELF else None
        row = Participant(kind=kind, name=name, birthday=self.birthday(age), region=region, user=own, created_at=made, created_by=by)
        row.phone = own.phone or "" if own else ""
        found = Person(row, family, list(actors), consented)
        self.persons.append(found)
        for actor in () if own else actors:
            self.guard(found, actor, confirmed=True)
        if consented:
            purposes = [consents.needed(row)] + [ConsentRecord.Purpose.PHOTO.value] * (self.rng.random() < 0.3)
            channel = ConsentRecord.Channel.PAGE if actors else ConsentRecord.Channel.DESK
            for purpose in purposes:
                given = {"given_by": by, "given_at": made + timedelta(minutes=1), "channel": channel}
                self.consents.append(ConsentRecord(participant=row, purpose=purpose, version=consents.TEXTS[purpose].version, **given))
        return found

    def guard(self, person: Person, user: User, *, confirmed: bool) -> None:
        """A guardianship since the participant was entered; an unconfirmed one is asked for and not answered."""
        row = person.row
        relation = Guardianship.Relation.CHILD if row.kind == Participant.Kind.ELDER else Guardianship.Relation.PARENT
        since = row.created_at if confirmed else self.moment(1, 2)
        self.guardianships.append(
            Guardianship(
                user=user,
                participant=row,
                relation=relation,
                valid_from=timezone.localdate(since),
                confirmed_at=since if confirmed else None,
                confirmed_by=person.actors[0] if confirmed else None,
            )
        )

    def store(self) -> None:
        User.objects.bulk_create(self.users, BATCH)
        Participant.objects.bulk_create([p.row for p in self.persons], BATCH)
        Guardianship.objects.bulk_create(self.guardianships, BATCH)
        ConsentRecord.objects.bulk_create(self.consents, BATCH)


def write(rng: Random, regions: dict[str, Region]) -> People:
    """Accounts, grants, organisations, families; in the caller's transaction."""
    staff = accounts(regions)
    officers = town_officers(regions, staff)
    register = Register(rng, regions)
    nine = residents(register)
    households(register)
    lone_elders(register, officers)
    register.store()
    organisations(regions)
    return People(staff, officers, register.persons, nine)


def accounts(regions: dict[str, Region]) -> dict[str, User]:
    """The staff accounts of the contract, with one hash of the one password."""
    since = timezone.now() - timedelta(days=90)
    hashed = make_password(PASSWORD)
    users = [User(login=login, name=name, password=hashed, is_demo=True, created_at=since) for login, name, _role, _code in STAFF]
    staff = {user.login: user for user in User.objects.bulk_create(users)}
    grant([(staff[login], role, regions[code]) for login, _name, role, code in STAFF], staff["secadmin"])
    return staff


def town_officers(regions: dict[str, Region], staff: dict[str, User]) -> dict[str, User]:
    """One officer for each township by its code; those besides the contract's two have no password."""
    since = timezone.now() - timedelta(days=90)
    known = {TOWN: staff["town"], OTHER_TOWN: staff["othertown"]}
    made: dict[str, User] = {}
    for region in (r for r in regions.values() if r.level == Region.Level.TOWN and r.code not in known):
        name = f"{region.name}党建办（演示）"
        made[region.code] = User(login=f"town{region.code[-3:]}", name=name, password="!", is_demo=True, created_at=since)  # noqa: S106
    User.objects.bulk_create(made.values())
    grant([(user, Role.TOWNSHIP_OFFICER, regions[code]) for code, user in made.items()], staff["secadmin"])
    return known | made


def grant(rows: list[tuple[User, Role, Region]], by: User) -> None:
    since = timezone.localdate() - timedelta(90)
    Grant.objects.bulk_create([Grant(user=u, role=role, region=region, valid_from=since, granted_by=by) for u, role, region in rows])


def residents(register: Register) -> list[list[Person]]:
    """The nine: each with themselves first, then their family; two are the parents of one child, one waits to be accepted."""
    made: list[list[Person]] = []
    for number, (name, code, age, family) in enumerate(RESIDENTS):
        region = register.regions[code]
        user = register.resident(name, f"+8613800{number + 1:06d}")
        rows = [register.person("self", name, age, region, number, [user], by=user)]
        rows += [register.person(kind, n, years, region, number, [user], by=user, consented=yes) for n, kind, years, yes in family]
        made.append(rows)
    child, second = made[0][1], made[1][0].actors[0]
    register.guard(child, second, confirmed=True)
    child.actors.append(second)
    register.guard(made[3][1], made[4][0].actors[0], confirmed=False)
    return made


def villages(register: Register, pilot: float) -> tuple[list[Region], list[float]]:
    """The villages with how many of the people live in each: most where the demonstration is."""
    places = [r for r in register.regions.values() if r.level == Region.Level.VILLAGE]
    return places, [pilot if r.code == VILLAGE else 5 if r.code.startswith(TOWN) else 1 for r in places]


def households(register: Register) -> None:
    """Parents with an account each, children, here and there a grandparent."""
    rng = register.rng
    places, weights = villages(register, 85)
    phones = (f"+8619900{n:06d}" for n in range(1, 10**6))
    for number in range(len(RESIDENTS), len(RESIDENTS) + HOUSEHOLDS):
        region = rng.choices(places, weights)[0]
        surname, age = rng.choice(SURNAMES), rng.randint(24, 55)
        names = [surname + rng.choice(ADULTS)] + [rng.choice(SURNAMES) + rng.choice(ADULTS)] * (rng.random() < 0.3)
        users = [register.resident(name, next(phones)) for name in names]
        for user in users:
            register.person("self", user.name, age + rng.randint(-2, 2), region, number, [user], by=user)
        for name in rng.sample(CHILDREN, rng.choices((0, 1, 2), (25, 50, 25))[0]):
            years = rng.choices((rng.randint(1, 5), rng.randint(6, 12), rng.randint(13, 16)), (20, 68, 12))[0]
            register.person("child", surname + name, years, region, number, users, by=users[0])
        if rng.random() < 0.2:
            register.person("elder", surname + rng.choice(ELDERS), rng.randint(61, 88), region, number, users[:1], by=users[0])


def lone_elders(register: Register, officers: dict[str, User]) -> None:
    """Elders without an account, entered at the desk."""
    rng = register.rng
    places, weights = villages(register, 25)
    for number in range(10_000, 10_000 + LONE_ELDERS):
        region = rng.choices(places, weights)[0]
        officer = officers[region.code[:9]]
        elder = register.person("elder", rng.choice(SURNAMES) + rng.choice(ELDERS), rng.randint(61, 90), region, number, [], by=officer)
        elder.row.phone = f"+8619901{number:06d}" if rng.random() < 0.4 else ""


def organisations(regions: dict[str, Region]) -> None:
    """The register of organisations; some have no code."""
    Organisation.objects.bulk_create(
        Organisation(kind=kind, name=name, region=regions[code], code=credit_code(kind, n) if coded else None, phone=phone)
        for n, (kind, name, code, coded, phone) in enumerate(ORGANISATIONS, 1)
    )


def credit_code(kind: str, number: int) -> str:
    """An invented code of the right form (GB 32100-2015): MADEM marks the demonstration."""
    body = {"public": "12", "company": "91", "social": "52", "group": "53"}[kind] + f"{DISTRICT}MADEM{number:04d}"
    total = sum(ALPHABET.index(c) * pow(3, n, 31) for n, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]
