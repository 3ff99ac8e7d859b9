"""The console when something comes between: a refusal, another window, another officer, an end."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Page, expect

from counter.door.example_people import EXAMPLE_PASSWORD
from tests.counter.desk.windows import (
    GO,
    NUMBER,
    Citizens,
    main_says,
    other_browser,
    plate,
    ready,
    second_window,
    sign_in,
)
from tests.servers import Server

OUTSIDE = ".dk-toasts .toast"
# Once the page is read, and before its scripts run: what a newer server would tell of its acts.
UPDATED = """document.addEventListener("readystatechange", () => {
    const block = document.getElementById("boot");
    if (document.readyState !== "interactive" || !block) return;
    const boot = JSON.parse(block.textContent);
    const act = (name) => boot.acts.find((one) => one.name === name);
    act("call-next").carries.mood = true;
    act("begin-break").asks = "mood";
    delete act("call-number").carries.reason;
    boot.acts.splice(boot.acts.indexOf(act("sign-off")), 1);
    boot.acts.push({
        name: "send-home", carries: { step_id: true, reason: true }, when: ["ready"], aside: {},
        asks: "why", key: "X", icon: "ban", in_row: true,
    });
    block.textContent = JSON.stringify(boot);
})"""


def serve(page: Page) -> None:
    """Call the next and begin to serve, by keyboard."""
    for words in ("Panggil berikutnya", "Mulai layani"):
        main_says(page, words)
        page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")


def test_refused_dialog_says_so_where_the_officer_looks(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    number = citizens.take("ktp-el")
    citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("c")
    page.keyboard.type(number)
    page.locator("#reason").fill("uji")
    with other_browser(chromium) as colleague:
        sign_in(colleague, hall, 4, "ayu.wulandari")
        main_says(colleague, "Panggil berikutnya")
        colleague.keyboard.press("Enter")
        main_says(colleague, "Mulai layani")
    page.locator("#reason").press("Enter")
    said = page.locator("dialog [role=alert]")
    expect(said).to_have_text(f"Nomor {number} sedang berada di loket lain.")
    expect(said).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_dialog_that_another_window_overtook_shuts_and_says_why(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    second = citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    with second_window(chromium, page) as other:
        ready(other)
        page.keyboard.press("c")
        page.keyboard.type(second.partition("-")[2])
        main_says(other, "Panggil berikutnya")
        other.keyboard.press("Enter")
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator(OUTSIDE)).to_contain_text("Bisa setelah nomor yang dipanggil")


def test_letters_for_a_dialog_that_somebody_took_away_press_nothing(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    number = citizens.take("ktp-el")
    citizens.take("ktp-el")
    sign_in(page, hall)
    serve(page)
    page.keyboard.press("t")
    main_says(page, "Panggil berikutnya")
    with other_browser(chromium) as colleague:
        sign_in(colleague, hall, 4, "ayu.wulandari")
        page.locator(".dk-aside .dk-x").click()
        page.keyboard.type("Pulang dan ")
        colleague.locator(".dk-aside [data-act=resume]").click()
        main_says(colleague, "Selesai, panggil berikutnya")
        expect(page.locator("dialog")).to_have_count(0)
        page.keyboard.type("ingin nanti")
        page.keyboard.press("Enter")
        expect(page.locator(OUTSIDE)).to_contain_text(number)
        main_says(page, "Panggil berikutnya")
        expect(page.locator("dialog")).to_have_count(0)
        page.keyboard.press("i")
        expect(page.locator("dialog")).to_be_visible()


def test_letters_for_a_note_that_somebody_took_away_press_nothing(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    number = citizens.take("ktp-el")
    sign_in(page, hall)
    serve(page)
    with second_window(chromium, page) as other:
        main_says(other, "Selesai, panggil berikutnya")
        page.keyboard.press("n")
        page.keyboard.type("KK asl")
        other.keyboard.press("Enter")
        expect(page.locator("#note")).to_have_count(0)
        page.keyboard.type("i tertinggal")
        expect(page.locator(OUTSIDE)).to_contain_text(number)
        main_says(page, "Antrean kosong")
        expect(page.locator("dialog")).to_have_count(0)


def test_break_until_an_hour_gone_by_is_no_choice(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    sign_in(page, hall)
    page.keyboard.press("i")
    until = page.locator("#until")
    until.fill("08:30")
    expect(page.locator("dialog")).to_contain_text("Jam itu sudah lewat")
    expect(page.locator("dialog footer .btn--primary")).to_be_disabled()
    until.fill("09:45")
    until.press("Enter")
    expect(page.locator(".dk-brk")).to_contain_text("Istirahat sampai 09.45")


def test_papers_found_after_all_are_not_told_as_missing(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el", case="hilang")
    sign_in(page, hall)
    serve(page)
    page.get_by_label("Berkas dikembalikan").check(force=True)
    page.locator(".dk-miss label").first.click()
    main_says(page, "Antrean kosong")
    page.keyboard.press("1")
    expect(page.locator(".dk-req input").first).to_be_checked()
    expect(page.locator(GO)).to_contain_text("Pilih berkas yang kurang")
    page.locator(".dk-miss label").first.click()
    with page.expect_request("**/desk/finish") as request:
        page.keyboard.press("s")
    assert len(json.loads(request.value.post_data or "{}")["missing"]) == 1
    main_says(page, "Antrean kosong")


def test_private_service_is_returned_without_a_reason(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    """Nothing of why is kept, so nothing of why is asked."""
    citizens.take("skck")
    sign_in(page, hall, 7)
    serve(page)
    page.keyboard.press("e")
    expect(page.get_by_role("radio", name="Dikembalikan", exact=True)).to_be_checked()
    expect(page.locator(".dk-private")).to_be_visible()
    expect(page.locator(".dk-miss")).to_have_count(0)
    expect(page.locator("#note")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator("dialog")).to_contain_text("tidak ada catatan yang disimpan")
    expect(page.locator("#reason")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Belum ada yang menunggu")


def test_desk_of_another_officer_is_not_shown_any_more(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    sign_in(page, hall, 3)
    with page.context.new_page() as own, other_browser(chromium) as colleague:
        sign_in(own, hall, 4)
        expect(page.locator(".dk-loket")).to_have_text("Loket 4")
        ready(page)
        sign_in(colleague, hall, 3, "ayu.wulandari")
        expect(colleague.locator(".dk-user")).to_have_text("Ayu Wulandari")


def test_press_after_the_sign_in_is_over_leads_to_the_door_and_back(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    number = citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.context.clear_cookies(name="balai")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in?next=*")
    expect(page.get_by_role("status")).to_have_text("Silakan masuk dahulu.")
    expect(page.locator("#desk")).to_have_value("3")
    page.fill("#name", "rina.kusumawati")
    page.fill("#password", EXAMPLE_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator(NUMBER)).to_have_text(plate(number))


def test_page_that_does_not_speak_the_servers_language_says_so_and_sends_nothing(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    """As after an update of the server, while the page is still the one from before."""

    number = citizens.take("ktp-el")
    sign_in(page, hall)
    page.add_init_script(UPDATED)
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.goto(f"{hall.url}/desk")
    ready(page)
    strange = "Halaman ini belum mengenal tindakan itu, jadi tidak ada yang dikirim."
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    expect(page.locator(OUTSIDE)).to_contain_text(strange)
    page.locator(".dk-menu summary").click()
    page.locator("[data-act=sign-off]").click()
    expect(page.locator(OUTSIDE)).to_contain_text(strange)
    page.keyboard.press("i")
    expect(page.locator("dialog")).to_have_count(0)
    # An act that only the server knows needs no script of its own.
    expect(page.locator(".dk-sec [data-act=send-home]")).to_be_enabled()
    page.keyboard.press("x")
    expect(page.locator("dialog #reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    page.keyboard.press("c")
    page.keyboard.type(number)
    expect(page.get_by_role("option", selected=True)).to_contain_text(number)
    page.locator("#reason").fill("uji")
    page.locator("#reason").press("Enter")
    expect(page.locator("dialog [role=alert]")).to_contain_text(strange)
    assert errors == [
        'the act "call-next" needs mood, which nobody said',
        'the server knows no act "sign-off"',
        'the act "begin-break" asks "mood", which has no form here',
        'the act "call-number" carries no reason',
    ]
    assert sent == []


def test_signing_out_away_from_a_called_number_asks_first(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    number = citizens.take("ktp-el")
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.locator(".dk-menu summary").click()
    page.get_by_role("button", name="Keluar").press("Enter")
    expect(page.locator("h1")).to_have_text(f"{number} masih dipanggil di Loket 3")
    expect(page.get_by_role("link", name="Kembali ke Loket 3")).to_be_focused()
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    page.locator(".dk-menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page.locator("h1")).to_have_text(f"{number} masih dilayani di Loket 3")
    expect(page.get_by_role("link", name="Kembali ke Loket 3")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    expect(page.locator("#desk")).to_have_value("3")
    expect(page.locator("#desk-hint")).to_contain_text("Loket 3 masih terbuka")


def test_a_note_that_was_not_sent_outlives_a_reload_and_the_end_of_a_sign_in(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el")
    citizens.take("ktp-el")
    sign_in(page, hall)
    serve(page)
    page.keyboard.press("e")
    page.keyboard.press("n")
    page.keyboard.type("KK asli tertinggal")
    page.reload()
    expect(page.locator("#note")).to_have_value("KK asli tertinggal")
    expect(page.get_by_role("radio", name="Berkas dikembalikan")).to_be_checked()
    page.context.clear_cookies(name="balai")
    page.reload()
    page.wait_for_url("**/sign-in?next=*")
    page.fill("#name", "rina.kusumawati")
    page.fill("#password", EXAMPLE_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator("#note")).to_have_value("KK asli tertinggal")
    main_says(page, "Selesai, panggil berikutnya")
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.keyboard.press("Enter")
    main_says(page, "Selesai, panggil berikutnya")
    expect(page.locator("#note")).to_have_value("")
    page.reload()
    main_says(page, "Selesai, panggil berikutnya")
    expect(page.locator("#note")).to_have_value("")


def test_what_was_typed_to_finish_comes_back_with_the_number(
    page: Page, chromium: Browser, hall: Server, citizens: Citizens
) -> None:
    citizens.take("ktp-el", case="hilang")
    sign_in(page, hall)
    serve(page)
    page.keyboard.press("e")
    page.locator(".dk-miss label").first.click()
    page.locator("#note").fill("Surat kehilangan dari Polres")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    main_says(page, "Panggil berikutnya")
    page.reload()
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("z")
    main_says(page, "Selesai, panggil berikutnya")
    expect(page.get_by_role("radio", name="Berkas dikembalikan")).to_be_checked()
    expect(page.locator(".dk-miss input").first).to_be_checked()
    expect(page.locator("#note")).to_have_value("Surat kehilangan dari Polres")
    with second_window(chromium, page) as other:
        expect(other.locator("#note")).to_have_value("Surat kehilangan dari Polres")
    with page.expect_request("**/desk/finish") as request:
        page.keyboard.press("s")
    assert json.loads(request.value.post_data or "{}")["note"] == "Surat kehilangan dari Polres"
    main_says(page, "Panggil berikutnya")


def test_undoing_after_the_next_was_called_says_that_it_is_too_late(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    first, second = citizens.take("ktp-el"), citizens.take("ktp-el")
    sign_in(page, hall)
    serve(page)
    page.keyboard.press("Enter")
    main_says(page, "Mulai layani")
    page.keyboard.press("z")
    expect(page.locator(OUTSIDE)).to_contain_text(
        f"{first} tidak bisa diurungkan lagi: {second} sudah dipanggil."
    )


# Presses the key as soon as the page offers to undo a number, faster than any hand.
AT_ONCE = """([number, key]) => new MutationObserver((_, watching) => {
    const offered = document.querySelector(".dk-undo");
    if (!offered || !offered.textContent.includes(number)) return;
    if (document.querySelector("#go[aria-busy]")) return;
    watching.disconnect();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    document.body.dataset.pressed = "";
}).observe(document, { attributes: true, childList: true, subtree: true, characterData: true })"""


def test_two_quick_presses_undo_one_thing(page: Page, hall: Server, citizens: Citizens) -> None:
    numbers = [citizens.take("ktp-el"), citizens.take("ktp-el")]
    sign_in(page, hall)
    for _ in numbers:
        serve(page)
        page.keyboard.press("t")
    expect(page.locator(".dk-aside li")).to_have_count(2)
    for left, number in enumerate(reversed(numbers)):
        page.locator(f".dk-aside li[data-number='{number}'] .dk-x").click()
        page.locator("#reason").fill("Pulang")
        page.locator("#reason").press("Enter")
        expect(page.locator(".dk-aside li")).to_have_count(1 - left)
        ready(page)
    undone: list[str] = []
    page.on("request", lambda asked: undone.append(asked.url) if "undo" in asked.url else None)
    page.evaluate(AT_ONCE, [numbers[1], "z"])
    page.keyboard.press("z")
    expect(page.locator("body[data-pressed] .dk-undo[data-steady]")).to_contain_text(numbers[1])
    assert [url.rpartition("/")[2] for url in undone] == ["undo"]
    page.keyboard.press("z")
    expect(page.locator(".dk-aside li")).to_have_count(2)


def test_enter_sends_a_transfer_from_the_choice_of_its_reason(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    citizens.take("kartu-keluarga")
    sign_in(page, hall)
    serve(page)
    page.keyboard.press("a")
    page.keyboard.type("KTP-el")
    page.locator("#case").press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    main_says(page, "Panggil berikutnya")


def test_a_list_with_nobody_in_it_says_that_nobody_waits(
    page: Page, hall: Server, citizens: Citizens
) -> None:
    sign_in(page, hall)
    main_says(page, "Panggil berikutnya")
    page.keyboard.press("c")
    expect(page.locator("dialog .dk-none")).to_have_text("Belum ada yang menunggu di loket ini.")
