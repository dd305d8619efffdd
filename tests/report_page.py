#!/usr/bin/env python3
"""Opens pages of `sentinel-sim report` in headless Chromium and uses them as a reader does.

usage: report_page.py RUN.html HOSTILE.html REPLIES.html SWEEP.html LISTS.html [PICTURES]
REPLIES is of a run in which commands are answered; LISTS of a sweep of a setting that is a list.
Each check says what it proves; the first one that fails ends the program with exit code 1. With PICTURES, a folder,
what is seen is kept there.
"""
import os
import pathlib
import sys

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait


class Page:
    def __init__(self, driver, file):
        self.driver = driver
        driver.get(pathlib.Path(file).resolve().as_uri())
        self.until("the page is drawn", lambda: self.all("main h1"))

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    def script(self, code, *arguments):
        return self.driver.execute_script("return " + code, *arguments)

    def until(self, what, holds):
        WebDriverWait(self.driver, 10, 0.02).until(lambda _: holds(), what)

    def section(self, heading):
        found = [h.find_element(By.XPATH, "./..") for h in self.all("main section > h2") if h.text.startswith(heading)]
        check(len(found) == 1, f"there is one part '{heading}'")
        return found[0]

    # What a chart looks like; it may be drawn in layers.
    def picture(self, section):
        return self.script("[...arguments[0].querySelectorAll('canvas')].map((c) => c.toDataURL()).join()", section)

    # How many colours it has: an empty one has few.
    def colours(self, section):
        return self.script(
            """(() => { const seen = new Set();
            for (const c of arguments[0].querySelectorAll('canvas')) {
              const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
              for (let i = 0; i < d.length; i += 16) seen.add(d[i] << 16 | d[i+1] << 8 | d[i+2]);
            }
            return seen.size; })()""", section)

    def check_quiet(self):
        loud = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        check(not loud, f"the console is empty, but it has {loud}")
        loaded = self.script("performance.getEntriesByType('resource').map((e) => e.name).filter((n) => !n.startsWith('data:'))")
        check(not loaded, f"nothing is loaded from elsewhere, but {loaded}")


def check(holds, what):
    if not holds:
        sys.exit(f"report_page.py: expected that {what}")


def browser():
    options = webdriver.ChromeOptions()
    options.add_argument("--headless=new")
    options.add_argument("--hide-scrollbars")
    options.add_argument("--window-size=1280,1700")
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def rows(page):
    return [row.text.split("\n") for row in page.all(".events .row:not(.head)")]


# The page of a run tells in words what came of it, and draws its timeline and messages.
def run_opens(page):
    check("R1 was replaced by" in page.text("h1"), "the headline says what happened")
    check(page.colours(page.section("Timeline")) > 20, "the timeline is drawn")
    check(page.colours(page.section("Messages")) > 10, "the messages are drawn")


# Only lines that have all words stay, and all lines come back.
def search_works(page):
    everything = page.text("[role=status]")
    search = page.one("input[type=search]")
    search.send_keys("S1 +sdown")
    page.until("the search has an effect", lambda: " of " in page.text("[role=status]"))
    found = rows(page)
    check(found and all(row[1:3] == ["S1", "+sdown"] for row in found), f"only S1's +sdown is found, not {found}")
    search.send_keys(Keys.CONTROL, "a")
    search.send_keys(Keys.DELETE)
    page.until("all lines are back", lambda: page.text("[role=status]") == everything)


# A click on an event shows what caused it, and all parts look at its moment.
def click_shows_cause(page):
    search = page.one("input[type=search]")
    search.send_keys("+elected-leader")
    page.until("it is found", lambda: any("+elected-leader" in row for row in rows(page)))
    page.one(".events .row:not(.head)").click()
    why = page.section("Why")
    page.until("the event is told", lambda: "+elected-leader" in why.text)
    check(len(why.find_elements(By.CSS_SELECTOR, ".causes li")) >= 3, "a chain of causes is shown")
    check("ms" in why.text or " s" in why.text, "with durations")
    search.send_keys(Keys.CONTROL, "a")
    search.send_keys(Keys.DELETE)
    state = page.section("State of every node at")
    check("down" in state.text and "in epoch 1" in state.text, "the state of that moment is shown")


# The table of events is used with the keys alone.
def keyboard_works(page):
    events = page.one(".events")
    page.one("input[type=search]").send_keys(Keys.TAB, Keys.TAB)
    check(page.script("document.activeElement === arguments[0]", events), "Tab leads from the search to the events")
    check(page.script("getComputedStyle(arguments[0]).outlineStyle", events) != "none", "the focus is seen")
    selected = lambda: events.get_attribute("aria-activedescendant")
    before = selected()
    events.send_keys(Keys.ARROW_DOWN)
    page.until("an arrow goes to the next event", lambda: selected() and selected() != before)
    events.send_keys(Keys.HOME)
    page.until("Home goes to the first one", lambda: selected() == "event-0")
    check(page.one("#event-0").get_attribute("aria-selected") == "true", "the row says that it is selected")
    events.send_keys(Keys.END)
    page.until("End to the last one", lambda: selected() not in (None, "event-0"))
    last = page.one("#" + selected()).text.split("\n")[0]
    check(f"{last} s" in page.section("State of every node at").text, "the state follows")


# Dark as the system is, or as the button says.
def dark_works(page):
    back = lambda: page.script("getComputedStyle(document.body).backgroundColor")
    light = back()
    page.one("#theme").click()
    page.until("the button makes it dark", lambda: back() != light)
    check(page.one("#theme").get_attribute("aria-pressed") == "true", "the button is pressed")
    page.one("#theme").click()
    page.until("and light again", lambda: back() == light)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    page.driver.refresh()
    page.until("a dark system makes it dark", lambda: page.all("main h1") and back() != light)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]})


# The licences of the libraries go with the page.
def licences_are_there(page):
    page.one("#licences-open").click()
    page.until("the licences are shown", lambda: "Apache License" in page.text("#licences"))
    check("BSD 3-Clause" in page.text("#licences") or "Redistribution and use" in page.text("#licences"), "of all libraries")
    page.one("#licences button").click()


# What looks like markup in a scenario is text.
def hostile_is_text(page):
    check(page.script("window.hacked === undefined"), "nothing of the data runs")
    check("</script><script>window.hacked = 1</script> <b>Zürich</b> 東京 <!--" in page.text("main"), "it is shown as it is")


# Of what has no causes in the page it says that, not that nothing caused it.
def replies_have_no_causes(page):
    page.one("input[type=search]").send_keys("reply SENTINEL FAILOVER")
    page.until("it is found", lambda: rows(page) and all("reply" in row[2] for row in rows(page)))
    page.one(".events .row:not(.head)").click()
    why = page.section("Why")
    page.until("the reply is told", lambda: "reply to" in why.text)
    check("has the causes of what sentinels say, not of this" in why.text, f"its causes are unknown, not '{why.text}'")


# The page of a sweep has a heat map of each measure, curves, the front, and a table that can be sorted.
def sweep_opens(page):
    heat = page.section("Heat map")
    check("quorum" in page.text("h1"), "the headline names the settings")
    check(page.colours(heat) > 20, "the heat map is drawn")
    check(page.colours(page.section("Distribution")) > 10, "the curves are drawn")
    check(page.colours(page.section("Trade-off")) > 10, "the front is drawn")
    trade_off = page.section("Trade-off")
    check("Pareto front" in trade_off.text and "(less is better)" in trade_off.text, "and told")
    next(option for option in trade_off.find_elements(By.CSS_SELECTOR, "select option") if option.text == "success").click()
    page.until("more successes are better", lambda: "(more success and less false-failovers is better)" in trade_off.text)
    before = page.picture(heat)
    options = heat.find_elements(By.CSS_SELECTOR, "select option")
    next(option for option in options if option.text == "success").click()
    page.until("another measure is drawn", lambda: page.picture(heat) != before)

    head = next(button for button in page.all("thead button") if button.text.startswith("time-to-failover"))
    head.click()
    check(page.all("th[aria-sort=ascending]"), "a heading sorts")
    box = page.one("tbody input[type=checkbox]")
    chosen = box.is_selected()
    curves = page.section("Distribution")
    before = page.picture(curves)
    box.send_keys(Keys.SPACE)
    page.until("a box changes the curves", lambda: page.picture(curves) != before)
    check(box.is_selected() != chosen, "and says so")


# A setting that is a list has its cells in the heat map, and stands in the command as it was given.
def lists_are_settings(page):
    check(page.colours(page.section("Heat map")) > 20, "the heat map is drawn")
    check("""--vary '/steps/0/between=[[["R1"],["R2"]],[["R1"],["R3"]]]' --vary quorum=2..3 --seeds 8 --precision 12.5%"""
          in page.text("main"), "the command is the one that was given")
    check(page.all("tbody td:nth-child(2)")[0].text == '[["R1"],["R2"]]', "a list is told as it is")


def main():
    run, hostile, replies, sweep, lists = sys.argv[1:6]
    pictures = pathlib.Path(sys.argv[6]) if len(sys.argv) > 6 else None
    driver = browser()
    try:
        for file, checks in [
            (run, [run_opens, search_works, click_shows_cause, keyboard_works, licences_are_there, dark_works]),
            (hostile, [hostile_is_text]),
            (replies, [replies_have_no_causes]),
            (sweep, [sweep_opens]),
            (lists, [lists_are_settings]),
        ]:
            page = Page(driver, file)
            for each in checks:
                each(page)
            page.check_quiet()
            if pictures:
                driver.save_screenshot(str(pictures / (pathlib.Path(file).stem + ".png")))
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
