// SPDX-License-Identifier: GPL-3.0-or-later
// What the days of people share: claims as the other tests of the house print them, a browser a person, log-in, screenshots.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

const URL_OF = process.env.NILA_URL;
const SHOTS = process.env.NILA_SHOTS;
const WORD = { petani: "482915", petugas: "kantor-uji-2026", teknisi: "alat-uji-2026" }; // what people choose at their first log-in
let failed = 0;

const oneLine = x => String(x).replace(/\s+/g, " ").slice(0, 400);

/* claim(text, f): ok when f returns; what it throws is told below the line that failed. */
async function claim(text, f) {
	try {
		await f();
		console.log("ok - " + text);
		return true;
	} catch (e) {
		failed++;
		console.log("not ok - " + text);
		console.log(String((e && e.message) || e).split("\n").slice(0, 12).map(l => "# " + l.slice(0, 300)).join("\n"));
		return false;
	}
}
function must(what, is) {
	if (!is) throw new Error(what);
}
function same(what, got, want) {
	if (got !== want) throw new Error(what + ": " + oneLine(got) + ", not " + oneLine(want));
}

const launch = () => chromium.launch({
	executablePath: process.env.NILA_CHROMIUM || "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});

/* A person's browser. Everything the page complains of is kept in .wrong: errors of scripts, refused by the content policy,
 * resources that did not come. */
async function person(browser, options = {}) {
	const context = await browser.newContext({
		baseURL: URL_OF, viewport: { width: options.width || 360, height: options.height || 740 },
		colorScheme: options.dark ? "dark" : "light", locale: "id-ID", timezoneId: "Asia/Jakarta", acceptDownloads: true,
	});
	const page = await context.newPage();
	const wrong = [];
	page.setDefaultTimeout(30000);
	page.on("pageerror", e => wrong.push("script: " + e.message));
	page.on("console", m => { if (m.type() === "error") wrong.push("console: " + m.text()); });
	page.on("response", r => { if (r.status() >= 400) wrong.push(r.status() + " " + r.url()); });
	return { context, page, wrong };
}

/* The first log-in: with the word from the console, then the chosen one and the consent. */
async function begin(p, who, word) {
	const { page } = p;
	await page.goto("/masuk");
	await page.fill("[name=siapa]", who);
	await page.fill("[name=pin]", word);
	await page.click("main form button");
	await page.waitForURL(/\/akun/);
	await page.fill("form:has([value=pin]) [name=pin]", word);
	await page.fill("form:has([value=pin]) [name=baru]", WORD[who]);
	await page.fill("form:has([value=pin]) [name=ulang]", WORD[who]);
	await page.click("form:has([value=pin]) button");
	await page.waitForLoadState();
	const consent = page.locator("form:has([value=setuju]) button");
	if (await consent.count()) {
		await consent.click();
		await page.waitForLoadState();
	}
	await page.goto("/");
	must("still asked for a new PIN: " + page.url(), new URL(page.url()).pathname === "/");
}

/* Until f, run in the page again and again, is true. The content policy forbids what Playwright's own waitForFunction does. */
async function seen(page, what, f, arg, again = async () => {}) {
	for (const end = Date.now() + 60000; !(await page.evaluate(f, arg));) {
		must("not within 60 s: " + what, Date.now() < end);
		await page.waitForTimeout(300);
		await again();
	}
}
/* The same for pages that do not change by themselves. */
const until = (page, what, f, arg) => seen(page, what, f, arg, () => page.reload());

async function shoot(page, name, options = {}) {
	fs.mkdirSync(SHOTS, { recursive: true });
	await page.screenshot({ path: path.join(SHOTS, name + ".png"), fullPage: true, ...options });
}

module.exports = { claim, must, same, launch, person, begin, seen, until, shoot, oneLine, SHOTS, URL_OF, WORD, failures: () => failed };
