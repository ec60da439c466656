// SPDX-License-Identifier: GPL-3.0-or-later
// A technician's day: which probe is dead, what its registers say, and that a live one answers a test reading.
"use strict";
const { claim, must, same, seen, until, shoot } = require("./lib.js");

async function technicianDay(p) {
	const { page } = p, dead = process.env.NILA_DEAD, live = "node-ktp-1";

	await claim("the technician finds the dead probe first on /alat, with what to check", async () => {
		await page.goto("/alat?lang=id");
		await seen(page, dead + " first", d => {
			const first = document.querySelector("#langsung .cards > li");
			return first && first.textContent.includes(d);
		}, dead);
		const first = page.locator("#langsung .cards > li").first();
		must("its state is not told as bad: " + await first.getAttribute("class"), /danger/.test(await first.getAttribute("class")));
		must("nothing to check is named", await first.locator("ol li").count() >= 2);
		must("a probe that answers stands among the trouble", !(await page.locator("#langsung .cards").first().innerText()).includes(live + " diam"));
	});
	await claim("/alat changes by itself, without loading again", async () => {
		const changed = await page.evaluate(() => new Promise(done => {
			const o = new MutationObserver(() => { o.disconnect(); done(true); });
			o.observe(document.getElementById("langsung"), { childList: true, subtree: true });
			setTimeout(() => done(false), 30000);
		}));
		must("nothing changed in 30 s", changed);
		same("what is said of the live line", await page.textContent("#hidup"), await page.getAttribute("#hidup", "data-ya"));
	});
	await claim("the dead probe's page says when it last answered and what a test reading gives", async () => {
		await page.locator("#langsung .cards > li a", { hasText: dead }).first().click();
		await page.waitForLoadState();
		must("h1 without its name", (await page.textContent("h1")).includes(dead));
		await page.click("form[action='/alat/uji'] button");
		await until(page, "the reading's outcome", () => /Tidak menjawab|Diam/i.test((document.querySelector("main details") || document.head).textContent));
	});
	await claim("a live probe's test reading shows raw words and values with units", async () => {
		await page.goto("/alat");
		const link = page.locator("#langsung a", { hasText: live }).first();
		await page.goto(await link.getAttribute("href"));
		await page.click("form[action='/alat/uji'] button");
		await until(page, "raw words and values", () => {
			const cell = Array.from(document.querySelectorAll("table.register tr"), r => Array.from(r.cells, c => c.textContent));
			return cell.some(c => c[0] === "do_mg_l" && /^\d/.test(c[1]) && /[0-9a-f]{4}/i.test(c[2]));
		});
		await shoot(page, "teknisi_baca-uji_id_360_light");
	});
	await claim("figures of production are none of a technician's business", async () => {
		for (const path of ["/wilayah", "/laporan", "/asumsi"]) {
			const r = await page.goto(path);
			same(path, r.status(), 403);
		}
		await page.goto("/alat");
	});
}

module.exports = { technicianDay };
