"""From the report to the closing and beyond, as the citizen sees it: plain words, ratings, reopening, photos."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from citybrain.applications.governance.appeals.models import Picture, Rating
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.files.actions import sweep_unattached
from citybrain.base.files.models import File
from citybrain.base.notices.models import Notice
from citybrain.hubs.business.cases.models import Loop
from tests.applications.governance.appeals.conftest import photo


def lines(seen):
    return [one["text"]["zh"] for one in seen["timeline"]]


@pytest.fixture
def closed(town, citizen):
    """A report that was handled, checked and closed: its code and its case."""
    code = citizen.reports(phone="13800001234")
    case = town.case_of_last()
    town.clock.move(hours=2)
    town.closes(case, note="已更换灯泡，联系张女士13800001234确认", summary="灯已修复")
    return code, case


def test_each_step_reads_in_plain_words(town, citizen):
    code = citizen.reports()
    case = town.case_of_last()
    handler, dispatcher = town.person("handler"), town.person("dispatcher")
    told = [citizen.tracks(code)["step"]]
    handler.takes("accept", case)
    told.append(citizen.tracks(code)["step"])
    handler.finishes(case)
    told.append(citizen.tracks(code)["step"])
    dispatcher.takes("verify", case)
    dispatcher.takes("close", case, summary="已修复")
    told.append(citizen.tracks(code)["step"])

    assert told == ["assigned", "working", "checking", "closed"]
    seen = citizen.tracks(code)
    assert [step["state"] for step in seen["steps"]] == ["done"] * 5
    assert all(step["at"] for step in seen["steps"])
    assert (seen["due_at"], seen["outcome"]) == (None, "resolved")


def test_a_state_that_no_pack_words_is_told_by_its_kind(town, citizen):
    code = citizen.reports()
    town.case_of_last()
    for loop in Loop.objects.all():
        loop.definition = json.loads(json.dumps(loop.definition).replace('"standard"', '"strange"'))
        loop.key = "strange"
        loop.save()
    from citybrain.hubs.business.cases.models import CatalogueVersion

    CatalogueVersion.renew()
    assert citizen.tracks(code)["progress"]["zh"] == "已交给承办单位，等待接收"


def test_inner_notes_clocks_and_people_are_not_told(town, citizen, closed):
    code, case = closed
    town.person("dispatcher").post(f"/cases/{case.number}/notes", {"text": "这个人老投诉"})
    seen = citizen.tracks(code)
    said = json.dumps(seen, ensure_ascii=False)

    assert "老投诉" not in said
    assert "13800001234" not in said
    assert "张女士" not in said
    assert "handler@cast" not in said
    assert "dispatcher@cast" not in said
    assert any("市城管执法委办理完成：已更换灯泡" in line for line in lines(seen))
    assert lines(seen)[-1] == "已办结（已解决）：灯已修复"


def test_a_returned_case_says_who_returned_it_and_why(town, citizen):
    code = citizen.reports()
    case = town.case_of_last()
    town.person("handler").takes("return", case, reason="属供电公司管养")
    seen = citizen.tracks(code)
    assert lines(seen)[-1] == "市城管执法委退回：属供电公司管养"
    assert (seen["step"], seen["organisation"]) == ("received", None)


def test_a_code_opens_its_own_report_and_no_other(town, citizen):
    mine, other = citizen.reports("我的路灯不亮"), citizen.reports("邻居太吵", category="noise")
    town.deliver()
    assert "邻居" not in json.dumps(citizen.tracks(mine), ensure_ascii=False)
    assert citizen.tracks(mine)["number"] != citizen.tracks(other)["number"]


def test_two_cases_that_become_one_keep_both_codes(town, citizen):
    one = citizen.reports()
    first = town.case_of_last()
    two = citizen.reports("那边太吵", category="noise")
    second = town.case_of_last()

    town.person("dispatcher").post(f"/cases/{second.number}/merge", {"case": first.number, "reason": "同一件事"})
    town.deliver()

    assert citizen.tracks(one)["number"] == citizen.tracks(two)["number"] == first.number
    assert citizen.tracks(two)["step"] == "assigned"


# rating


def test_a_closed_matter_is_rated_once_and_can_be_changed_for_a_day(town, citizen, closed):
    code, case = closed
    assert citizen.tracks(code)["may_rate"] is True

    assert citizen.rates(code, 2, "很快，电话13800001234").status_code == 200
    seen = citizen.rates(code, 1).json()

    assert (seen["rating"]["level"], seen["rating"]["changed_at"] is not None) == (1, True)
    assert Rating.objects.count() == 1
    assert case.told()[-2:] == ["评价:满意", "评价改为:非常满意"] or "评价" in case.told()[-1]
    assert case.timeline()[-1]["actor"]["zh"] == "市民"
    town.clock.move(hours=25)
    answer = citizen.rates(code, 5)
    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.rated_already")
    assert citizen.tracks(code)["may_rate"] is False


def test_contacts_are_taken_out_of_comments(town, citizen, closed):
    code, case = closed
    citizen.rates(code, 2, "打我电话13800001234")
    assert Rating.objects.get().comment == "打我电话***"
    voices = town.person("handler").get(f"/cases/{case.number}/voices")
    assert voices["ratings"] == [
        {"level": 2, "comment": "打我电话***", "at": voices["ratings"][0]["at"], "changed_at": None}
    ]


def test_what_is_open_cannot_be_rated_or_reopened(town, citizen):
    code = citizen.reports()
    for answer in (citizen.rates(code, 1), citizen.reopens(code)):
        assert (answer.status_code, answer.json()["code"]) == (409, "appeal.not_closed")
    town.case_of_last()
    assert citizen.rates(code, 1).json()["code"] == "appeal.not_closed"


@pytest.mark.parametrize(("level", "calls"), [(1, 0), (3, 0), (4, 1), (5, 1)])
def test_a_bad_rating_asks_a_dispatcher_to_call_back(town, citizen, closed, level, calls):
    code, case = closed
    citizen.rates(code, level)
    notices = Notice.objects.filter(key="appeal.rated_badly")
    assert notices.count() == calls
    if calls:
        assert notices.get().recipient.startswith("duty:case.dispatch@")
        assert notices.get().subject == f"case/{case.number}"
    rated = OutboxEvent.objects.filter(type="appeal.rated").get()
    assert rated.actor == f"reporter:{json.loads(rated.data)['appeal']}"


@pytest.mark.parametrize("level", [0, 6, "5", None, 2.5])
def test_there_are_five_levels(town, citizen, closed, level):
    answer = citizen.post("/tracking/rating", {"code": closed[0], "level": level})
    assert answer.status_code == 422
    assert not Rating.objects.exists()


# reopening


def test_what_is_not_solved_is_taken_up_again_and_waiting_goes_on(town, citizen, closed):
    code, case = closed
    since = citizen.tracks(code)["at"]
    town.clock.move(days=3)
    assert citizen.tracks(code)["may_reopen"] is True

    seen = citizen.reopens(code, "昨晚又不亮了，打13800001234").json()

    assert (seen["step"], seen["reopened_count"], seen["organisation"]) == ("assigned", 1, "市城管执法委")
    assert seen["at"] == since
    assert (seen["may_reopen"], seen["may_rate"], seen["rating"]) == (False, False, None)
    line = next(one for one in case.timeline() if one["key"] == "case.reopened")
    assert (line["actor"]["zh"], line["text"]["zh"]) == ("市民", "重新办理：昨晚又不亮了，打***")
    assert Record.objects.filter(action="case.reopened", actor_key__startswith="reporter:").count() == 1
    assert case.state == "dispatched"


def test_each_closing_is_rated_for_itself(town, citizen, closed):
    code, case = closed
    citizen.rates(code, 5)
    citizen.reopens(code)
    town.closes(case)
    citizen.rates(code, 1)
    assert list(Rating.objects.values_list("round", "level")) == [(0, 5), (1, 1)]


def test_after_the_days_for_it_nothing_is_reopened(town, citizen, closed):
    code, case = closed
    town.clock.move(days=7, minutes=1)
    seen = citizen.tracks(code)
    assert seen["may_reopen"] is False
    answer = citizen.reopens(code)
    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.too_late")
    assert "7" in answer.json()["title"]
    assert case.state == "closed"


def test_a_loop_that_names_no_reporter_is_not_reopened_by_one(town, citizen, closed):
    code, case = closed
    for loop in Loop.objects.all():
        loop.definition = json.loads(json.dumps(loop.definition).replace(', "reporter"', ""))
        loop.save()
    from citybrain.hubs.business.cases.models import CatalogueVersion

    CatalogueVersion.renew()
    answer = citizen.reopens(code)
    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.not_reopenable")
    assert case.state == "closed"


def test_a_reason_is_asked_for(town, citizen, closed):
    assert citizen.reopens(closed[0], "  ").status_code == 422
    assert closed[1].state == "closed"


# photos


def test_a_photo_loses_where_it_was_taken_and_waits_to_be_looked_at(town, citizen):
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif.get_ifd(0x8825)[1] = "N"
    key = citizen.uploads(photo(exif=exif.tobytes(), comment=b"SECRET-COMMENT")).json()["key"]
    code = citizen.reports(pictures=[key])
    case = town.case_of_last()

    staff = town.person("dispatcher").client
    content = b"".join(staff.get(f"/api/v1/files/{key}/content").streaming_content)
    assert b"SECRET" not in content
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
    assert citizen.client.get(f"/api/v1/public/pictures/{key}").status_code == 404
    assert citizen.tracks(code)["pictures"] == [{"key": None, "state": "pending", "purpose": "report"}]
    assert citizen.near()[0]["pictures"] == []
    voices = town.person("handler").get(f"/cases/{case.number}/voices")
    assert voices["reports"][0]["photos"] == [{"key": key, "state": "pending"}]
    assert town.person("handler").client.get(f"/api/v1/files/{key}/content").status_code == 200


def test_once_shown_everybody_sees_it_and_it_can_be_taken_back(town, citizen):
    key = citizen.photographs()
    code = citizen.reports(pictures=[key])
    town.deliver()
    dispatcher = town.person("dispatcher")

    dispatcher.post(f"/pictures/{key}/show")
    assert citizen.tracks(code)["pictures"][0]["key"] == key
    assert citizen.near()[0]["pictures"] == [key]
    assert citizen.client.get(f"/api/v1/public/pictures/{key}").status_code == 200
    assert citizen.client.get(f"/api/v1/public/pictures/{key}?small=true")["Content-Type"] == "image/jpeg"

    dispatcher.post(f"/pictures/{key}/refuse", {"reason": "看得清人脸"})
    assert citizen.client.get(f"/api/v1/public/pictures/{key}").status_code == 404
    assert citizen.tracks(code)["pictures"] == [{"key": None, "state": "refused", "purpose": "report"}]
    assert [one["reason"] for one in dispatcher.get("/pictures", state="refused")["items"]] == ["看得清人脸"]


def test_a_handlers_photo_is_shown_to_citizens_only_after_the_check(town, citizen):
    code = citizen.reports()
    case = town.case_of_last()
    town.person("handler").takes("accept", case)
    town.person("handler").finishes(case)
    town.deliver()

    [waiting] = town.person("dispatcher").get("/pictures", state="pending")["items"]
    assert (waiting["purpose"], waiting["case_number"]) == ("finish", case.number)
    assert citizen.tracks(code)["pictures"] == []
    town.person("dispatcher").post(f"/pictures/{waiting['key']}/show")
    assert citizen.tracks(code)["pictures"] == [{"key": waiting["key"], "state": "shown", "purpose": "finish"}]


def test_photos_of_cases_that_no_citizen_waits_for_are_not_queued(town):
    case = town.person("dispatcher").opens("lamp")
    town.person("handler").takes("accept", case)
    town.person("handler").finishes(case)
    town.deliver()
    assert not Picture.objects.exists()


def test_a_photo_goes_with_its_report_into_another_case_and_the_first_holder_loses_it(town, citizen):
    key = citizen.photographs()
    citizen.reports(pictures=[key])
    first = town.case_of_last()
    other = town.person("administrator").opens("lamp", title="另一盏", at=(112.3, 32.1))
    town.person("administrator").post(f"/cases/{first.number}/merge", {"case": other.number, "reason": "同一件事"})
    town.deliver()
    assert (File.objects.get(key=key).owner_kind, File.objects.get(key=key).owner_key) == ("case", other.number)
    assert Picture.objects.get().case_number == other.number


def test_what_is_no_picture_is_not_taken(town, citizen):
    for data, name in (
        (b"%PDF-1.4", "a.pdf"),
        (b"just words", "a.txt"),
        (b"\xff\xd8\xff broken", "a.jpg"),
        (b"", "a.jpg"),
    ):
        answer = citizen.uploads(data, name)
        assert answer.status_code == 422, name
    assert not File.objects.exists()


def test_a_photo_that_no_report_names_is_swept_and_one_is_used_once(town, citizen, monkeypatch):
    key, unused = citizen.photographs("red"), citizen.photographs("blue")
    citizen.reports(pictures=[key])
    again = citizen.sends("别处也有", pictures=[key])
    assert again.json()["errors"][0]["code"] == "appeal.picture_gone"
    File.objects.update(uploaded_at="2020-01-01T00:00:00Z")
    assert sweep_unattached() == 1
    assert list(File.objects.values_list("key", flat=True)) == [key]
    assert unused != key


def test_seven_photos_are_too_many(town, citizen):
    answer = citizen.sends(pictures=["0" * 32] * 7)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "pictures"


def test_a_decided_photo_says_so(town, citizen):
    key = citizen.photographs()
    citizen.reports(pictures=[key])
    client = town.person("dispatcher").client.english()
    assert client.post(f"/api/v1/pictures/{key}/show").status_code == 200
    assert client.post(f"/api/v1/pictures/{key}/show").status_code == 409
    assert client.post(f"/api/v1/pictures/{key}/refuse", {"reason": ""}).status_code == 422
    assert client.post("/api/v1/pictures/nothing/show").status_code == 404
