#!/usr/bin/env python3
"""Takes a picture of the top of a page: picture.py PAGE.html PICTURE.png HEIGHT [DOWN], in pixels; DOWN scrolls first."""
import os
import pathlib
import sys

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

WIDTH = 1200
page, picture, height = sys.argv[1], sys.argv[2], int(sys.argv[3])
down = int(sys.argv[4]) if len(sys.argv) > 4 else 0

options = webdriver.ChromeOptions()
for argument in ["--headless=new", "--hide-scrollbars", f"--window-size={WIDTH},{height}"]:
    options.add_argument(argument)
if os.geteuid() == 0:
    options.add_argument("--no-sandbox")
driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
try:
    # The size of the window counts the frame as well.
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    )
    driver.get(pathlib.Path(page).resolve().as_uri())
    driver.execute_script("window.scrollTo(0, arguments[0])", down)
    # What is drawn is there after two frames.
    driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")
    driver.save_screenshot(picture)
finally:
    driver.quit()
