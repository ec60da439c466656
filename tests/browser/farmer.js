// SPDX-License-Identifier: GPL-3.0-or-later
// A farmer's day: feed written down, a slip of the finger corrected, dead fish while there is no link, which are sent by
// themselves once it is back, and only once.
"use strict";
const { claim, must, same, seen, shoot } = require("./lib.js");

const POND = "ktp-kolam-1", FEED = "12,5", FEED_RIGHT = "13,5", DEAD = "7";

/* What the page of a pond lists under its last records. */
async function listed(page) {
	await page.goto("/catat?kolam=" + POND + "&lang=id");
	return page.innerText("main");
}

async function farmerDay(p) {
	const { page, context } = p;

	await claim("the farmer writes feed down in few taps and reads that it is saved", async () => {
		await page.goto("/kolam/" + POND + "?lang=id");
		await page.goto("/catat?kolam=" + POND);
		await page.click(".besar5 a[href*='/catat/pakan']");
		await page.waitForSelector("form.catat");
		same("the pond that is filled in", await page.inputValue("#kolam"), POND);
		must("no day is filled in", /^\d{4}-\d\d-\d\d$/.test(await page.inputValue("#tanggal")));
		await page.fill("#jumlah", FEED);
		await page.click("button.simpan");
		await page.waitForURL(/\/catat\/tersimpan/);
		const said = await page.innerText("main");
		must(said, said.includes("Tersimpan") && said.includes(FEED));
		must("not among the last records", (await listed(page)).includes(FEED));
	});
	await claim("plus and minus change the number, and what was typed outlives a look elsewhere", async () => {
		await page.goto("/catat/mati?kolam=" + POND);
		await page.fill("#jumlah", "3");
		await page.click("[data-langkah='1']");
		same("after plus", await page.inputValue("#jumlah"), "4");
		await page.click("[data-langkah='-1']");
		await page.goto("/kolam/" + POND);
		await page.goto("/catat/mati?kolam=" + POND);
		same("the draft", await page.inputValue("#jumlah"), "3");
		await page.fill("#jumlah", "");
	});
	await claim("words instead of a number are told beside the field, and what was typed is still there", async () => {
		await page.goto("/catat/pakan?kolam=" + POND);
		await page.fill("#jumlah", "banyak");
		await page.click("button.simpan");
		await page.waitForSelector("#jumlah[aria-invalid]");
		same("the field", await page.inputValue("#jumlah"), "banyak");
		must("no words beside it", (await page.innerText("#jumlah-salah")).trim().length > 5);
		p.wrong.length = 0; /* the browser logs the refusal, as it should */
		await page.fill("#jumlah", "");
	});
	await claim("a slip is corrected, and the old figure is said to be kept", async () => {
		await page.goto("/catat?kolam=" + POND);
		await page.locator("a[href*='koreksi?jenis=pakan']").first().click();
		await page.waitForSelector("form.catat");
		same("the old figure", await page.inputValue("#jumlah"), FEED);
		await page.fill("#jumlah", FEED_RIGHT);
		await page.click("button.simpan");
		await page.waitForURL(/\/catat\/tersimpan/);
		const last = await listed(page);
		must("the new figure is not listed", last.includes(FEED_RIGHT));
		must("the old one is listed as if it stood", !last.includes(FEED + ";") && !last.includes(FEED + "\n"));
	});
	await claim("dead fish written down without a link are said to be unsent", async () => {
		await page.goto("/catat/mati?kolam=" + POND + "&lang=id");
		await context.setOffline(true);
		await page.fill("#jumlah", DEAD);
		await page.click("button.simpan");
		await seen(page, "\"Belum terkirim (1)\"", () => {
			const n = document.getElementById("belum");
			return n && !n.hidden && /\(1\)/.test(n.textContent);
		});
		await shoot(page, "petani_belum-terkirim_id_360_light");
		same("the form is free for the next", await page.inputValue("#jumlah"), "");
		p.wrong.length = 0; /* the browser's own words of the link that is not there */
	});
	await claim("with the link back they are sent by themselves, once", async () => {
		await context.setOffline(false);
		await seen(page, "all is sent", () => document.getElementById("belum").hidden);
		const last = await listed(page), times = last.split("\n").filter(l => /^Ikan mati/.test(l) && new RegExp("\\b" + DEAD + "\\b").test(l)).length;
		same("deaths of " + DEAD + " on record in: " + last.slice(0, 600), times, 1);
	});
	await claim("the pond's page counts the deaths, and the text to share names nobody", async () => {
		await page.goto("/kolam/" + POND);
		const share = page.locator("a[href^='https://wa.me']").first();
		if (await share.count()) {
			const text = decodeURIComponent((await share.getAttribute("href")).replace(/.*text=/, "").replace(/\+/g, " "));
			must(text, !/Budi|\d{8,}/.test(text));
		}
		must("no link to write something down", await page.locator("a[href^='/catat']").count() > 0);
	});
	await claim("nothing on the farmer's way was complained of by the browser", async () => {
		must(p.wrong.join("\n"), p.wrong.length === 0);
	});
}

module.exports = { farmerDay };
