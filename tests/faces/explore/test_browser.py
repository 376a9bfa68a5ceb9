"""The main paths through the page, in a real browser: change, compare, run, judge, bad input, a narrow screen, the dark, the keyboard."""

# ruff: noqa: F811  (fixtures come from a module, because a second conftest would hide the first one's classes from worker processes)
import io
import zipfile

from browsing import browser, chromium, desk, drawn, opened, page, served, serving, static_site  # noqa: F401

COUNT = "Number(document.getElementById('story-drawn').dataset.count)"


def test_changing_a_dose_redraws_the_story(page):
    drawn(page)
    before, top = page.evaluate(COUNT), "Math.max(...resynapse.state.courses.A.lines.ketamine[2])"
    low = page.evaluate(top)
    page.fill("#dose_a", "1 mg/kg")
    page.wait_for_function(f"{COUNT} > {before}")
    assert 1.7 * low < page.evaluate(top) < 2.3 * low
    assert "rises from" in page.inner_text("#says-drug")


def test_days_are_clicked_or_typed_and_regimens_compared(page):
    page.fill("#days_a", "0, 3, 7")
    page.click("[data-days=days_a] button[value='1']")
    assert page.input_value("#days_a").startswith("0, 1, 3")
    page.check("#on_c")
    page.wait_for_function("Object.keys(resynapse.state.courses).length === 3")
    assert page.locator("#legend span").count() == 3
    page.fill("#days_a", "0")
    assert page.get_attribute("[data-days=days_a] button[value='1']", "aria-pressed") == "false"
    page.uncheck("#on_c")
    page.wait_for_function("Object.keys(resynapse.state.courses).length === 2")


def test_what_is_wrong_stands_beside_the_field_and_the_picture_stays(page):
    page.fill("#dose_a", "half")
    page.wait_for_selector("#error-dose_a:not([hidden])")
    assert "a number with a unit" in page.inner_text("#error-dose_a")
    assert page.get_attribute("#dose_a", "aria-invalid") == "true"
    page.fill("#dose_a", "0.4 mg/kg")
    page.wait_for_selector("#error-dose_a", state="hidden")
    page.get_by_text("One person (leave blank").click()
    page.fill("#trait_weight", "5")
    page.wait_for_selector("#error-trait_weight:not([hidden])")
    page.fill("#trait_weight", "")
    page.wait_for_selector("#error-trait_weight", state="hidden")


def test_a_preset_fills_the_fields(page):
    page.select_option("#preset", "dose_ranging")
    page.wait_for_function("document.getElementById('dose_a').value !== '0.5 mg/kg'")
    page.wait_for_function("Object.values(resynapse.state.names).some((n) => n.includes('0.2 mg/kg') || n.includes('1 mg/kg'))")


def test_the_moment_moves_dendrites_and_their_counts(page):
    page.wait_for_selector("#dendrites figure svg")
    first = page.inner_text("#dendrites")
    page.locator("#moment").fill("700")
    assert "day" in page.inner_text("#moment-words")
    assert page.inner_text("#dendrites") != first
    assert page.locator("#dendrites figure").count() % 2 == 0  # two regions for each regimen


def test_how_we_know_is_one_click_away(page):
    page.locator("#about-receptor details.know > summary").click()
    page.locator("#about-receptor summary", has_text="Parameters").click()
    assert "Ebert" in page.inner_text("#about-receptor details.know") and "The claim:" in page.inner_text("#about-receptor details.know")


def test_a_trial_is_run_and_taken_away(page):
    page.click("[role=tab][data-tab=trial]")
    page.fill("#trial_n", "60")
    page.click("#trial_run")
    page.wait_for_selector("#trial_cards .big")
    assert "points" in page.inner_text("#trial_cards")
    page.wait_for_selector("#trial-score .main-svg")
    with page.expect_download() as wanted:
        page.click("#download_study")
    assert "arms:" in wanted.value.path().read_text()
    with page.expect_download() as wanted:
        page.click("#download_tables")
    assert "report.html" in zipfile.ZipFile(io.BytesIO(wanted.value.path().read_bytes())).namelist()
    page.fill("#trial_n", "3")
    page.click("#trial_run")
    page.wait_for_selector("#error-trial_n:not([hidden])")


def test_a_long_trial_is_stopped(page):
    page.select_option("#weeks", "26")
    page.click("[role=tab][data-tab=trial]")
    page.fill("#trial_n", "20000")
    page.click("#trial_run")
    page.wait_for_selector("#trial_state .busy")
    page.click("#trial_stop")
    page.wait_for_function("document.getElementById('trial_state').innerText.includes('Stopped')", timeout=60_000)
    page.click("[role=tab][data-tab=story]")
    page.select_option("#weeks", "4")


def test_a_person_is_judged_and_nonsense_refused(page):
    page.click("[role=tab][data-tab=person]")
    page.click("#eligible_run")
    page.wait_for_selector("#eligible-card")
    assert "not known" in page.inner_text("#eligible-card")
    page.fill("#eligible_text", "drug: esketamine\nweight: 78")
    page.click("#eligible_run")
    page.wait_for_function("document.getElementById('eligible_result').innerText.includes('unit')")


def test_the_sample_patient_is_forecast_and_a_bad_table_refused(page):
    page.click("[role=tab][data-tab=person]")
    page.click("#forecast_run")
    page.wait_for_selector("#forecast-card", timeout=60_000)
    assert "next session" in page.inner_text("#forecast-card")
    page.wait_for_selector("#forecast-plot .main-svg")
    page.fill("#patient_table", "ID,TIME,EVID\nx,0,7")
    page.click("#forecast_run")
    page.wait_for_selector("#forecast_state .field-error")
    assert "EVID" in page.inner_text("#forecast_state") or "column" in page.inner_text("#forecast_state")


def test_uploads_are_bounded_and_read_as_data(page, tmp_path):
    page.click("[role=tab][data-tab=person]")
    (tmp_path / "p.csv").write_text("ID,TIME,EVID,DVID,DV\nu,0,0,MADRS,31\n")
    page.set_input_files("#patient_file", tmp_path / "p.csv")
    page.wait_for_function("document.getElementById('patient_table').value.includes('u,0,0,MADRS,31')")
    (tmp_path / "large.csv").write_text("x" * 300_000)
    page.set_input_files("#patient_file", tmp_path / "large.csv")
    page.wait_for_selector(".shiny-notification", timeout=30_000)


def test_evidence_is_filtered_and_a_row_opened(page):
    page.click("[role=tab][data-tab=evidence]")
    page.wait_for_selector("#ev_table tbody tr")
    page.fill("#ev_words", "daly2018")
    page.wait_for_function("!document.getElementById('ev_count').innerText.startsWith('1833')")
    page.locator("#ev_table tbody tr").first.click()
    page.wait_for_selector("#ev-card")
    assert "source" in page.inner_text("#ev-card")


def test_narrow_and_dark_it_still_fits(browser, served):
    for one in opened(browser, served, 390, color_scheme="dark"):
        assert one.evaluate("document.documentElement.scrollWidth") <= 390
        assert one.get_attribute("html", "data-bs-theme") == "dark"
        assert one.is_visible(".note")
        one.locator("#about-mood").scroll_into_view_if_needed()
        assert one.is_visible(".note")  # always in sight


def test_tabs_work_from_the_keyboard(page):
    page.focus("[role=tab][data-tab=story]")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#tab-trial") and page.is_hidden("#tab-story")
    page.keyboard.press("ArrowLeft")
    assert page.is_visible("#tab-story")


def test_elsewhere_than_on_this_machine_it_asks_for_the_token(browser):
    for address in serving("explore", "--no-open", "--host", "0.0.0.0"):
        local = address.replace("0.0.0.0", "127.0.0.1")
        assert browser.new_page().goto(local.split("?")[0]).status == 403
        one = browser.new_page()
        assert one.goto(local).status == 200
        assert one.title().startswith("Resynapse")


def test_the_static_edition_opens_from_the_disk(browser, static_site):
    one = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    one.on("pageerror", lambda e: errors.append(str(e)))
    one.goto((static_site / "index.html").as_uri())
    drawn(one)
    one.select_option("#pick-b", "placebo_twice")
    one.wait_for_function("Object.values(resynapse.state.names).some((n) => n.includes('placebo'))")
    one.click("[role=tab][data-tab=evidence]")
    one.wait_for_selector("#evidence-rows tr")
    assert errors == []
