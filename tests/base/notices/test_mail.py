"""Who chose it gets his notices by mail: in his language, with a link, once each, and what fails is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from citybrain.base.notices import notify, settle, to_organisation, to_user
from citybrain.base.notices.actions import deliver_due, deliver_outgoing, outgoing
from citybrain.base.notices.models import Letter, Mailbox, Notice
from citybrain.base.notices.server import server
from tests.base.notices.receivers import Mailman

DATA = {"number": "HX1", "kind": {"zh": "路灯不亮", "en": "Lamp out"}}
PREFERENCES = "/api/v1/notices/preferences"


@pytest.fixture(autouse=True)
def given(cast: Any, clock: Any) -> None:
    """A city with its people."""


def prefer(cast: Any, name: str, *, language: str = "zh", **by_mail: bool | None) -> Any:
    chosen = {key.replace("__", "."): wanted for key, wanted in by_mail.items()}
    body = {"address": f"{name}@example.org", "language": language, "by_mail": chosen}
    answer = cast.client(name).put(PREFERENCES, body, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def dispatched(*to: Any) -> None:
    notify(to, "case.dispatched", subject="case/HX1", **DATA)
    deliver_due()


def test_nobody_gets_mail_unless_he_chose_it(cast: Any, mailman: Mailman) -> None:
    dispatched(to_user(cast.user("handler")))
    assert deliver_outgoing() == 0
    assert mailman.letters == []


def test_the_letter_is_in_his_language_with_text_html_and_a_link(cast: Any, mailman: Mailman) -> None:
    prefer(cast, "handler", case__dispatched=True)
    prefer(cast, "dispatcher", language="en", case__dispatched=True)
    dispatched(to_user(cast.user("handler")), to_user(cast.user("dispatcher")))
    assert deliver_outgoing() == 2

    by_receiver = {str(one["To"]): one for one in mailman.letters}
    chinese, english = by_receiver["handler@example.org"], by_receiver["dispatcher@example.org"]
    assert chinese["Subject"] == "新任务：路灯不亮（HX1）"
    assert english["Subject"] == "New task: Lamp out (HX1)"
    plain, html = (chinese.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "请及时接收" in plain
    assert "https://city.example/console/cases/HX1" in plain
    assert '<a href="https://city.example/console/cases/HX1">' in html
    assert "https://city.example/console/account" in html
    assert set(mailman.envelopes) == {
        ("citybrain@city.example", f"{name}@example.org") for name in ("handler", "dispatcher")
    }
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
    assert Letter.objects.count() == 2


def test_what_others_wrote_is_no_markup_in_the_letter(cast: Any, mailman: Mailman) -> None:
    prefer(cast, "handler", case__dispatched=True)
    evil = {"number": "HX1", "kind": {"zh": "<img src=x>\r\nBcc: a@b.c", "en": "x"}}
    notify(to_user(cast.user("handler")), "case.dispatched", subject="case/HX1", **evil)
    deliver_due()
    deliver_outgoing()
    (letter,) = mailman.letters
    assert letter["Bcc"] is None
    assert "<img" not in letter.get_body(("html",)).get_content()


def test_a_role_may_get_a_kind_by_mail_and_a_person_may_say_no(cast: Any, mailman: Mailman) -> None:
    administrator = cast.client("administrator")
    url = "/api/v1/notices/role-preferences/handler"
    answer = administrator.put(url, {"by_mail": {"case.dispatched": True}}, content_type="application/json")
    assert answer.json()["handler"] == ["case.dispatched"]
    shown = prefer(cast, "handler")
    (kind,) = [one for one in shown["kinds"] if one["key"] == "case.dispatched"]
    assert (kind["by_mail"], kind["own"]) == (True, None)

    dispatched(to_organisation(cast.organisation))
    deliver_outgoing()
    assert [str(one["To"]) for one in mailman.letters] == ["handler@example.org"]

    prefer(cast, "handler", case__dispatched=False)
    dispatched(to_organisation(cast.organisation))
    assert deliver_outgoing() == 0


def test_an_address_is_sealed_and_shown_to_its_owner_only(cast: Any, mailman: Mailman) -> None:
    prefer(cast, "handler")
    assert "handler@" not in Mailbox.objects.get().address
    assert cast.client("handler").get(PREFERENCES).json()["address"] == "handler@example.org"
    assert cast.client("administrator").get(PREFERENCES).json()["address"] == ""
    assert cast.token_client("handler").get(PREFERENCES).status_code == 403
    wrong = cast.client("handler").put(PREFERENCES, {"address": "nowhere"}, content_type="application/json")
    assert wrong.json()["errors"][0]["code"] == "notice.address"


def test_a_server_that_refuses_is_asked_again_and_then_given_up(
    cast: Any, mailman: Mailman, wall: Callable[..., datetime]
) -> None:
    prefer(cast, "handler", case__dispatched=True)
    dispatched(to_user(cast.user("handler")))
    mailman.refuses = "451 later"
    for _ in range(outgoing.ATTEMPTS[Notice.Channel.MAIL]):
        assert deliver_outgoing() == 1
        assert deliver_outgoing() == 0
        wall(hours=5)
    failed = cast.client("administrator").get("/api/v1/notices/failures").json()["items"]
    assert [(one["channel"], one["state"], one["error"]) for one in failed] == [("mail", "dead", "SMTP 451")]
    assert Letter.objects.count() == 1  # the inbox has it all the same

    mailman.refuses = ""
    cast.client("administrator").post(f"/api/v1/notices/failures/{failed[0]['id']}/retry")
    deliver_outgoing()
    assert len(mailman.letters) == 1


def test_killed_between_sending_and_noting_it_goes_again_under_the_same_id(
    cast: Any, mailman: Mailman, wall: Callable[..., datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefer(cast, "handler", case__dispatched=True)
    dispatched(to_user(cast.user("handler")))

    def die(number: int, outcome: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(outgoing, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_outgoing()
    assert len(mailman.letters) == 1
    assert deliver_outgoing() == 0  # its claim holds
    wall(minutes=3)
    assert deliver_outgoing() == 1
    first, second = mailman.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert deliver_outgoing() == 0


def test_what_went_on_without_him_is_not_sent_any_more(cast: Any, mailman: Mailman) -> None:
    prefer(cast, "handler", case__dispatched=True)
    dispatched(to_user(cast.user("handler")))
    settle("case/HX1", ["case.dispatched"])
    assert deliver_outgoing() == 0
    assert mailman.letters == []


def test_without_a_server_mail_is_off_and_says_so(cast: Any) -> None:
    assert server() is None
    shown = prefer(cast, "handler", case__dispatched=True)
    assert shown["is_mail_on"] is False
    assert cast.client("handler").post("/api/v1/notices/mail/test").json()["code"] == "notice.mail_off"


def test_somebody_tries_whether_mail_reaches_him(cast: Any, mailman: Mailman) -> None:
    assert cast.client("handler").post("/api/v1/notices/mail/test").json()["code"] == "notice.no_address"
    prefer(cast, "handler")
    assert cast.client("handler").post("/api/v1/notices/mail/test").status_code == 202
    deliver_outgoing()
    assert mailman.letters[0]["Subject"] == "邮件通知已可用"
