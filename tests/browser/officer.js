// SPDX-License-Identifier: GPL-3.0-or-later
// An officer's day: a newer figure among the assumptions changes the balance, a supposed change is compared, the figures are taken
// home as a workbook that is opened again, and the month's report becomes a PDF that is rendered.
"use strict";
const fs = require("fs");
const path = require("path");
const { execFileSync } = require("child_process");
const { claim, must, same, until, shoot, SHOTS } = require("./lib.js");
const { workbook } = require("./workbook.js");

const SHARE = "9", SOURCE = "Survei pasar uji", WHY = "survei ternyata dari kabupaten lain";

async function csv(page, where) {
	const r = await page.request.get(where);
	same(where, r.status(), 200);
	return (await r.text()).replace(/^\ufeff/, "").trim().split(/\r?\n/).map(l => l.split(","));
}

async function assumption(page) {
	await page.goto("/asumsi?lang=id");
	await page.selectOption("form [name=key]", "tilapia_share");
	await page.selectOption("form [name=node]", "joint");
	await page.fill("form [name=value]", SHARE);
	await page.fill("form [name=source]", SOURCE);
	await page.click("form:has([name=key]) button");
	await page.waitForURL(/\/asumsi\?tersimpan/);
	const table = await page.innerText("main table");
	must("not in the table: " + table.slice(0, 300), table.includes(SOURCE));
}

/* what the balance says tilapia is needed, as text of its table */
async function balance(page) {
	await page.goto("/wilayah?lang=id");
	await until(page, "a forecast", () => document.querySelectorAll("main table").length > 0);
	return page.evaluate(() => Array.from(document.querySelectorAll("table.neraca"), t => t.innerText).join("\n") ||
		Array.from(document.querySelectorAll("main table"), t => t.innerText).join("\n"));
}

async function takeWorkbook(page) {
	await page.goto("/wilayah/catatan?lang=id");
	await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
	const [file] = await Promise.all([page.waitForEvent("download"), page.click("a[href='/unduh/forecast.xlsx']")]);
	must("its name: " + file.suggestedFilename(), /^nila-forecast-\d{8}\.xlsx$/.test(file.suggestedFilename()));
	return workbook(fs.readFileSync(await file.path()));
}

/* The rows of a sheet against those of the CSV, figure by figure. */
function sameFigures(rows, want) {
	const head = rows.findIndex(r => r[0] === want[0][0]);
	must("no row of names \"" + want[0][0] + "\": " + JSON.stringify(rows.slice(0, 4).map(r => r.map(c => String(c).slice(0, 20)))), head >= 0);
	same("rows", rows.length - head, want.length);
	let compared = 0;
	for (let i = 1; i < want.length; i++)
		for (let k = 0; k < want[0].length; k++) {
			const cell = rows[head + i][k];
			if (typeof cell !== "number" || want[i][k] === "" || /[^\d.eE+-]/.test(want[i][k])) continue;
			const day = /^\d{4}-\d\d-\d\d$/.test(want[i][k]), number = day ? Date.parse(want[i][k]) / 864e5 + 25569 : want[i][k]; /* Excel counts days */
			compared++;
			must(want[0][k] + " of row " + i + ": " + cell + ", not " + want[i][k], Math.abs(cell - number) <= 1e-9 * Math.max(1, Math.abs(cell)));
		}
	must("only " + compared + " numbers", compared > 20);
}

/* A wrong value goes, the reason stays. */
async function takeBack(page) {
	await page.goto("/asumsi?lang=id");
	const row = page.locator("tr", { hasText: SOURCE }).first(), form = row.locator("xpath=following-sibling::tr[1]");
	await form.locator("summary").click();
	await form.locator("[name=alasan]").fill(WHY);
	await form.locator("button").click();
	await page.waitForURL(/\/asumsi\?ditarik/);
	const tables = await page.locator("main table").first().innerText();
	must("it still counts: " + tables.slice(0, 300), !tables.includes(SOURCE));
	await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
	must("the reason is not kept", (await page.innerText("main")).includes(WHY));
	await shoot(page, "petugas_asumsi-ditarik_id_360_light");
}

function pdf(file, text) {
	const png = path.join(SHOTS, "petugas_laporan-pdf");
	for (const old of fs.readdirSync(SHOTS)) if (old.startsWith("petugas_laporan-pdf")) fs.unlinkSync(path.join(SHOTS, old));
	execFileSync("pdftoppm", ["-png", "-r", "60", file, png]);
	const sheets = fs.readdirSync(SHOTS).filter(f => f.startsWith("petugas_laporan-pdf"));
	must("no sheet was rendered", sheets.length > 0);
	for (const s of sheets) must(s + " is as good as empty", fs.statSync(path.join(SHOTS, s)).size > 5000);
	const said = execFileSync("pdftotext", ["-layout", file, "-"]).toString();
	for (const t of text) must("not in the PDF: " + t + "; it has: " + said.slice(0, 400), said.includes(t));
	return sheets.length;
}

async function officerDay(p) {
	const { page } = p;
	let before;

	await claim("the officer enters a newer assumption with its source, and the balance follows", async () => {
		before = await balance(page);
		await assumption(page);
		await page.goto("/wilayah?lang=id");
		await until(page, "a changed balance", was => {
			const now = Array.from(document.querySelectorAll("table.neraca"), t => t.innerText).join("\n") ||
				Array.from(document.querySelectorAll("main table"), t => t.innerText).join("\n");
			return now.length > 0 && now !== was;
		}, before);
	});
	await claim("what is out of range is said at the field, and nothing is stored", async () => {
		await page.goto("/asumsi?lang=id");
		await page.selectOption("form [name=key]", "tilapia_share");
		await page.fill("form [name=value]", "900");
		await page.fill("form [name=source]", "salah ketik");
		await page.click("form:has([name=key]) button");
		await page.waitForSelector("[name=value][aria-invalid]");
		same("what was typed", await page.inputValue("[name=value]"), "900");
		await page.goto("/asumsi");
		must("it was stored", !(await page.innerText("main")).includes("salah ketik"));
		p.wrong.length = 0; /* the browser logs the refusal */
	});
	await claim("the officer compares what fewer fingerlings would leave", async () => {
		await page.goto("/wilayah/skenario?lang=id");
		await page.fill("[name=benih]", "30");
		await page.click("form[action='/wilayah/skenario'] button");
		await until(page, "a comparison", () => document.querySelector("main svg.chart") && document.querySelector("main table"));
		const said = await page.innerText("main");
		await shoot(page, "petugas_skenario-dibandingkan_id_360_light");
		must(said.slice(0, 300), /30/.test(said) && await page.locator("main svg.chart .part1").count() > 0);
	});
	await claim("the workbook opens again and holds the same figures as the CSV", async () => {
		const book = await takeWorkbook(page), names = Object.keys(book), want = (await csv(page, "/unduh/forecast.csv")).filter(r => !/^"?#/.test(r[0])); /* remarks tell the moment */
		must("sheets: " + names, names.includes("forecast"));
		sameFigures(book.forecast, want);
	});
	await claim("the month's report is a PDF on A4 with the office's head and places to sign", async () => {
		await page.goto("/laporan?lang=id&wilayah=kotim&nomor=017");
		fs.mkdirSync(SHOTS, { recursive: true });
		const title = (await page.innerText("h1")).trim(), file = path.join(SHOTS, "laporan.pdf");
		await page.pdf({ path: file, preferCSSPageSize: true, printBackground: false });
		const n = pdf(file, [title.split("\n")[0].slice(0, 30), "Kotawaringin Timur", "SEMENTARA", "Nomor", "500.5/017/CONTOH/", "Nama Kepala Kotim (contoh)", "NIP. 00000000"]);
		const size = execFileSync("pdfinfo", [file]).toString().match(/Page size:.*/)[0];
		must(size, /\(A4\)/.test(size));
		must(n + " sheets", n <= 3);
	});
	await claim("the month's report opens as a workbook with the quarter and the targets, and says what its CSV says", async () => {
		await page.goto("/laporan?lang=id&wilayah=gabungan");
		const link = page.locator("a[href^='/laporan/'][href*='.xlsx']").first(), href = await link.getAttribute("href");
		const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
		must("its name: " + file.suggestedFilename(), /^laporan-gabungan-\d{4}-\d\d\.xlsx$/.test(file.suggestedFilename()));
		const book = workbook(fs.readFileSync(await file.path()));
		must("sheets: " + Object.keys(book), ["laporan", "triwulan", "sasaran"].every(n => n in book));
		sameFigures(book.laporan, (await csv(page, href.replace(".xlsx", ".csv"))).filter(r => !/^"?#/.test(r[0])));
	});
	await claim("a wrong assumption is taken back with a reason that stays, and counts no more", () => takeBack(page));
	await claim("nothing on the officer's way was complained of by the browser", async () => {
		must(p.wrong.join("\n"), p.wrong.length === 0);
	});
}

module.exports = { officerDay };
