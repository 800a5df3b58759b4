"""What can be done at a center is found by its words and papers, its pinyin, its initials; only where the center is public."""

import pytest

from centers.models import Matter
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def matters(db: None) -> None:
    center = make.center()
    make.matter(center, "老年优待证办理", papers="身份证\n一寸照片", note="可以代办")
    make.matter(center, "居住证办理", papers="租房合同")
    make.matter(center, "社保卡挂失", papers="")


def found(text: str) -> set[str]:
    return set(Matter.objects.all().found(text).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", {"老年优待证办理", "居住证办理", "社保卡挂失"}),
        ("  ", {"老年优待证办理", "居住证办理", "社保卡挂失"}),
        ("办理", {"老年优待证办理", "居住证办理"}),
        ("优待证", {"老年优待证办理"}),
        ("一寸照", {"老年优待证办理"}),
        ("租房", {"居住证办理"}),
        ("代办", {"老年优待证办理"}),
        ("卡", {"社保卡挂失"}),
        ("juzhu", {"居住证办理"}),
        ("JZZBL", {"居住证办理"}),
        ("ｊｚｚ", {"居住证办理"}),
        ("证居", set()),
        ("理身份", set()),  # the end of the title and the beginning of the papers are no word
        ("护照", set()),
        ("zhuzheng", set()),
        ("'); DROP", set()),
        ("&|!", set()),
        ("%", set()),
    ],
)
def test_a_matter_is_found_by(text: str, titles: set[str]) -> None:
    assert found(text) == titles


def test_a_matter_that_was_renamed_is_found_under_its_new_name_alone() -> None:
    row = Matter.objects.get(title="社保卡挂失")
    row.title = "社保卡补换"
    row.save()
    assert (found("补换"), found("挂失")) == ({"社保卡补换"}, set())


def test_strangers_find_what_public_centers_offer() -> None:
    make.matter(make.center(make.NEXT_VILLAGE, published=False), "居住证签注")
    assert found("居住证") == {"居住证办理", "居住证签注"}
    assert set(Matter.objects.all().published().found("居住证").values_list("title", flat=True)) == {"居住证办理"}
