"""The whole line as people walk it, in real Chromium: two businesses, an administrator, an auditor."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from deploy.native.system import System
from tests.e2e.conftest import PASSWORD
from tests.e2e.mailbox import Mailbox, link_in, text_of

pytestmark = pytest.mark.e2e

PHONE, LAPTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# What passes is neither collected nor sent: that takes longer than to judge.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
TIMEOUT = 60_000
"""Milliseconds: other tests use the machine too."""
expect.set_options(timeout=TIMEOUT)
JUDGED = {"dashboard-new", "transfer-proposed", "transfer-cancelled-by-system", "log-in-refused"}
"""What people see when they have just done something; how each page is when it is opened is judged by
tests/gateway/test_pages_browser.py, in both colours and two widths."""
PICTURES = os.environ.get("MCCS_PICTURES")
"""A folder to put pictures of the pages into, to look at."""


class Person:
    """Somebody with a browser of their own; every page that they see must be clean."""

    def __init__(self, browser: Browser, system: System, *, wide: bool) -> None:
        self.context = browser.new_context(base_url=system.address, viewport=LAPTOP if wide else PHONE)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(TIMEOUT)
        self.complaints: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("request", self._note_request)
        self._home, self._seen = system.address, 0

    def _note_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self._home, "data:")):
            self.complaints.append(f"left the site: {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(path)

    def fill(self, **fields: str) -> None:
        for label, text in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def look(self, name: str) -> None:
        """The page must be accessible, must not scroll sideways, and is kept as a picture if wanted."""
        if name in JUDGED:
            found = Axe().run(self.page, options=RULES)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{name} scrolls sideways"
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


@pytest.fixture
def person(browser: Browser, system: System) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def new(*, wide: bool = False) -> Person:
        people.append(Person(browser, system, wide=wide))
        return people[-1]

    yield new
    for one in people:
        one.context.close()


def test_two_businesses_meet_and_trade(
    person: Callable[..., Person], mailbox: Mailbox, run_command: Callable[..., Any]
) -> None:
    unique = uuid.uuid4().hex[:6]
    farm, cafe, admin = person(), person(wide=True), person(wide=True)
    farm_name, cafe_name = f"Green Farm {unique}", f"Corner Cafe {unique}"
    farm_mail, cafe_mail = f"farm-{unique}@shop.example", f"cafe-{unique}@shop.example"
    offer = f"organic-vegetables{unique}"
    sign_up(farm, farm_name, farm_mail, offers=offer, wants="web-design")
    sign_up(cafe, cafe_name, cafe_mail, offers="coffee", wants=f"vegetables{unique}")
    for mail in (farm_mail, cafe_mail):
        assert mailbox.wait_for(mail, "welcome")
    _admin_admits(admin, run_command, [farm_name, cafe_name])
    _cafe_finds_farm(cafe, farm_name, offer, unique)
    _cafe_pays_farm(cafe, farm, farm_name, cafe_name, mailbox, farm_mail, cafe_mail)
    _farm_asks_and_cafe_declines(farm, cafe, cafe_name, mailbox, farm_mail, cafe_mail)
    _an_acceptance_breaks_the_limit(farm, cafe, farm_name, mailbox, farm_mail, cafe_mail)
    _statements_show_it(farm, cafe, cafe_name, farm_name)
    _cafe_loses_its_password(cafe, mailbox, cafe_mail)
    _auditor_looks(person(wide=True), run_command)
    complaints = [text for one in (farm, cafe, admin) for text in one.complaints]
    assert [text for text in complaints if "status of 4" not in text] == []


def test_one_login_has_two_businesses_and_a_colleague_is_let_in(
    person: Callable[..., Person], mailbox: Mailbox, run_command: Callable[..., Any]
) -> None:
    unique = uuid.uuid4().hex[:6]
    mine, other, admin = person(), person(), person(wide=True)
    mail, others_mail = f"mill-{unique}@shop.example", f"quay-{unique}@shop.example"
    sign_up(mine, f"Old Mill {unique}", mail, offers="flour", wants="grain")
    sign_up(other, f"Quay {unique}", others_mail, offers="fish", wants="ice")
    mine.go("/members")
    mine.page.get_by_role("link", name="Register another business of yours").click()
    mine.fill(Name_of_the_business=f"Mill Shop {unique}", What_it_offers="bread", What_it_wants="flour")
    mine.page.get_by_label("I may speak for this business").check()
    mine.press("Register it")
    mine.sees(f"Mill Shop {unique} is registered, and you act for it now.")
    acting = mine.page.get_by_label("You act for")
    expect(acting.locator("option:checked")).to_have_text(f"Mill Shop {unique}")
    mine.look("dashboard-of-another-business")
    _admin_comes(admin, run_command)
    admin.go("/admin/applications")
    admin.page.get_by_role("link", name=f"Mill Shop {unique}").first.click()
    admin.page.get_by_role("link", name="What they may do, and letting others in").click()
    admin.fill(Email=others_mail)
    admin.press("Let them act for it")
    admin.sees(f"{others_mail} belongs to the business now")
    admin.look("admin-people")
    other.go("/dashboard")
    expect(other.page.get_by_label("You act for").locator("option")).to_have_count(2)
    stranger = person()
    log_in(stranger, "/login", mail, PASSWORD)
    told = mailbox.wait_for(mail, "new device")
    assert "Chrom" in text_of(told)


def sign_up(who: Person, name: str, email: str, *, offers: str, wants: str) -> None:
    who.go("/")
    who.look("home")
    who.go("/signup")
    who.look("sign-up")
    fields = {"Name_of_your_business": name, "What_you_offer": offers, "What_you_want": wants}
    who.fill(**fields, Email=email, Email_again=email, Password=PASSWORD, Password_again=PASSWORD)
    who.page.get_by_label("I may speak for this business").check()
    who.press("Sign up")
    who.sees("being looked at")
    who.look("dashboard-new")


def log_in(who: Person, path: str, email: str, password: str) -> None:
    who.go(path)
    who.fill(Email=email, Password=password)
    who.press("Log in")


def _admin_comes(admin: Person, run_command: Callable[..., Any]) -> None:
    email = "browser-admin@mccs.example"
    arguments = ("create-admin", "--email", email, "--kind", "admin", "--if-missing")
    assert run_command("directory", *arguments, DIRECTORY_ADMIN_PASSWORD=PASSWORD).returncode == 0
    log_in(admin, "/admin/login", email, PASSWORD)
    admin.sees("Overview")


def _admin_admits(admin: Person, run_command: Callable[..., Any], names: list[str]) -> None:
    _admin_comes(admin, run_command)
    admin.look("admin-overview")
    admin.go("/admin/applications")
    admin.look("admin-applications")
    for name in names:
        admin.page.get_by_role("checkbox", name=f"Tick {name}").check()
    admin.page.get_by_role("button", name="Accept the ticked").first.click()
    admin.look("admin-bulk")
    admin.press(f"Yes, do it for all {len(names)}")
    admin.sees(f"Done for {len(names)} of {len(names)}.")
    admin.page.get_by_role("link", name="Back to the list").click()
    for name in names:
        expect(admin.page.get_by_role("button", name=f"Accept {name}", exact=True)).to_have_count(0)
    for name in names:
        admin.go("/admin/businesses?name=" + name.replace(" ", "+"))
        admin.page.get_by_role("link", name=name).first.click()
        admin.page.locator("#status").select_option("tradingAccepted")
        admin.press("Change the status")
        admin.sees("Trading member")
    admin.fill(May_go_below_zero_by="100")
    admin.press("Change the limits")
    admin.sees("100.00")
    admin.look("admin-business")


def _cafe_finds_farm(cafe: Person, farm_name: str, offer: str, unique: str) -> None:
    for words in (f"vegetalbes{unique}", f"vegetables{unique}", offer[:12]):
        cafe.go("/businesses")
        cafe.page.get_by_label("Words").fill(words)
        cafe.press("Search")
        cafe.sees(farm_name)
    cafe.look("find")
    cafe.go("/dashboard")
    suppliers = cafe.page.get_by_role("region", name="They offer what you want")
    expect(suppliers).to_contain_text(farm_name)
    expect(suppliers).to_contain_text(offer)


def propose(who: Person, direction: str, other: str, amount: str, purpose: str, button: str) -> None:
    """From the empty form over the sentence to the transfer's page."""
    who.go("/transfers/new")
    who.page.get_by_label(direction, exact=True).check()
    who.fill(With_whom=other)
    who.page.get_by_label("Amount in credits").fill(amount)
    who.page.get_by_label("What is it for?").fill(purpose)
    who.press("Next: check it")
    who.sees("Nothing moves until")
    who.press(button)
    who.sees("It waits for")


def _cafe_pays_farm(
    cafe: Person, farm: Person, farm_name: str, cafe_name: str, mailbox: Mailbox, farm_mail: str, cafe_mail: str
) -> None:
    cafe.go("/transfers/new")
    cafe.look("transfer-new")
    propose(cafe, "Pay", farm_name, "25.00", "Carrots and leeks", "Yes, pay 25.00 credits")
    cafe.look("transfer-proposed")
    farm.go(link_in(mailbox.wait_for(farm_mail, "25.00"), "/transfers/"))
    farm.sees("It waits for your answer")
    farm.look("transfer-to-answer")
    farm.page.locator("summary", has_text="Accept").click()
    farm.press("Yes, accept 25.00 credits")
    farm.sees("Accepted and paid")
    assert mailbox.wait_for(cafe_mail, "accepted")
    farm.go("/dashboard")
    farm.sees("25.00")
    farm.look("dashboard-farm")
    cafe.go("/dashboard")
    cafe.sees("−25.00")
    cafe.look("dashboard-cafe")


def _farm_asks_and_cafe_declines(
    farm: Person, cafe: Person, cafe_name: str, mailbox: Mailbox, farm_mail: str, cafe_mail: str
) -> None:
    propose(farm, "Ask for payment", cafe_name, "10", "Crates", "Yes, ask for 10.00 credits")
    cafe.go("/pending")
    cafe.look("pending")
    cafe.page.locator("summary", has_text="Decline").click()
    cafe.page.get_by_label("Reason").first.fill("The crates came back")
    cafe.press("Yes, decline it")
    cafe.go("/pending")
    expect(cafe.page.locator("main")).not_to_contain_text("Crates")
    for mail in (farm_mail, cafe_mail):
        assert mailbox.wait_for(mail, "The crates came back")


def _an_acceptance_breaks_the_limit(
    farm: Person, cafe: Person, farm_name: str, mailbox: Mailbox, farm_mail: str, cafe_mail: str
) -> None:
    addresses = []
    for purpose in ("Eggs", "Flour"):
        propose(cafe, "Pay", farm_name, "50", purpose, "Yes, pay 50.00 credits")
        addresses.append(cafe.page.url)
    for address in addresses:
        farm.go(address)
        farm.page.locator("summary", has_text="Accept").click()
        farm.press("Yes, accept 50.00 credits")
        farm.page.wait_for_load_state()
    farm.sees("Stopped by the system")
    farm.look("transfer-cancelled-by-system")
    for mail in (farm_mail, cafe_mail):
        assert mailbox.wait_for(mail, "below its limit")


def _statements_show_it(farm: Person, cafe: Person, cafe_name: str, farm_name: str) -> None:
    for who, other, closing in ((farm, cafe_name, "75.00"), (cafe, farm_name, "−75.00")):
        who.go("/statement")
        who.sees(other)
        who.sees(closing)
        who.look(f"statement-{closing.strip('−')}")


def _cafe_loses_its_password(cafe: Person, mailbox: Mailbox, cafe_mail: str) -> None:
    stolen = cafe.context.cookies()
    cafe.go("/dashboard")
    cafe.press("Log out")
    cafe.context.add_cookies(stolen)
    cafe.go("/dashboard")
    expect(cafe.page).to_have_url(re.compile(r"/login(\?|$)"))
    cafe.go("/lost-password")
    cafe.look("lost-password")
    cafe.fill(Email=cafe_mail)
    cafe.page.locator("main button.btn-primary").click()
    cafe.go(link_in(mailbox.wait_for(cafe_mail, "/password-reset/"), "/password-reset/"))
    cafe.fill(New_password="Another-horse-8", New_password_again="Another-horse-8")
    cafe.press("Set the password")
    log_in(cafe, "/login", cafe_mail, PASSWORD)
    expect(cafe.page.locator("main")).not_to_contain_text("Welcome")
    cafe.look("log-in-refused")
    log_in(cafe, "/login", cafe_mail, "Another-horse-8")
    cafe.sees("Welcome back")


def _auditor_looks(auditor: Person, run_command: Callable[..., Any]) -> None:
    email = "browser-auditor@mccs.example"
    arguments = ("create-admin", "--email", email, "--kind", "auditor", "--if-missing")
    assert run_command("directory", *arguments, DIRECTORY_ADMIN_PASSWORD=PASSWORD).returncode == 0
    log_in(auditor, "/admin/login", email, PASSWORD)
    auditor.go("/auditor")
    auditor.sees("All balances together are zero")
    auditor.look("auditor")
    audited = run_command("ledger", "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
