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

/* Runs in the page: a picture that no coder makes small, in base64. */
function noisyPicture() {
	const c = document.createElement("canvas"), g = c.getContext("2d");
	c.width = 1600;
	c.height = 1200;
	const d = g.createImageData(c.width, c.height);
	for (let i = 0, x = 1; i < d.data.length; i++) {
		x = (x * 1103515245 + 12345) % 2147483648;
		d.data[i] = i % 4 === 3 ? 255 : 128 + (x >> 16) % 64;
	}
	g.putImageData(d, 0, 0);
	return c.toDataURL("image/png").replace(/^[^,]*,/, "");
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
	await claim("a photo of the receipt, large as a telephone takes it, is made small, sent, and shown", async () => {
		await page.goto("/catat?kolam=" + POND + "&lang=id");
		await page.locator("a[href*='/catat/foto']").first().click();
		await page.waitForSelector("form.foto");
		const large = Buffer.from(await page.evaluate(noisyPicture), "base64");
		must("the picture is not large: " + large.length, large.length > 1e6);
		await page.setInputFiles("#foto", { name: "IMG_20261124.png", mimeType: "image/png", buffer: large });
		const [post] = await Promise.all([page.waitForRequest(r => r.method() === "POST"), page.click("form.foto button")]);
		await page.waitForSelector("img.nota");
		const sent = Number((await post.allHeaders())["content-length"]);
		must("sent: " + sent, sent > 2000 && sent < 48000);
		await seen(page, "the picture is drawn", () => {
			const i = document.querySelector("img.nota");
			return i && i.complete && i.naturalWidth > 300;
		});
		await shoot(page, "petani_foto-nota_id_360_light");
	});
	await claim("water that is too acid for fingerlings is told when the check is saved, and again where they are written down", async () => {
		await page.goto("/catat/cek?kolam=" + POND + "&lang=id");
		await page.fill("#ph", "4,9");
		await page.click("button.simpan");
		await page.waitForURL(/\/catat\/tersimpan/);
		must("no warning", (await page.innerText("main")).includes("BAHAYA: pH kolam 4,9 terlalu asam"));
		await shoot(page, "petani_cek-bahaya_id_360_light");
		await page.goto("/catat/tebar?kolam=" + POND);
		must("no warning at the stocking", (await page.innerText("main")).includes("BAHAYA: pH kolam 4,9"));
	});
	await claim("nothing on the farmer's way was complained of by the browser", async () => {
		must(p.wrong.join("\n"), p.wrong.length === 0);
	});
}

module.exports = { farmerDay };
