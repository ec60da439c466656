// SPDX-License-Identifier: GPL-3.0-or-later
// Each person's day in a real browser, against the programs that tests/house/test_browser.sh started.
"use strict";
const { launch, person, begin, claim, failures } = require("./lib.js");
const { looks } = require("./looks.js");
const { load } = require("./load.js");
const { farmerDay } = require("./farmer.js");
const { officerDay } = require("./officer.js");
const { technicianDay } = require("./technician.js");

const PAGES = {
	petani: ["/", "/kolam/ktp-kolam-1", "/catat", "/catat/pakan", "/catat/panen", "/catat/air", "/alarm", "/bantuan", "/akun"],
	petugas: ["/wilayah", "/wilayah/cetak", "/wilayah/catatan", "/wilayah/skenario", "/wilayah/ketepatan", "/laporan", "/kolam-wilayah", "/asumsi",
		"/wilayah/benih", "/wilayah/peta", "/wilayah/telaah"],
	teknisi: ["/alat", "/alat/armada"],
};

const DAYS = [["farmer", "petani", "/catat", farmerDay], ["officer", "petugas", "/unduh/forecast.csv", officerDay], ["technician", "teknisi", "/alat", technicianDay]];

/* Is there such a page? */
async function has(p, path) {
	const r = await p.page.request.get(path);
	return r.status() !== 404;
}
async function there(p, paths) {
	const out = [];
	for (const path of paths) if (await has(p, path)) out.push(path);
	return out;
}

async function main() {
	const browser = await launch(), of = {}, only = (process.env.NILA_ONLY || "").split(",").filter(Boolean);
	const wanted = part => only.length === 0 || only.includes(part);
	try {
		for (const who of Object.keys(PAGES)) {
			of[who] = await person(browser);
			of[who].who = who;
			if (!await claim(who + " logs in for the first time, chooses a PIN of their own and consents", () => begin(of[who], who, who === "petani" ? process.env.NILA_FIRST_PIN : process.env.NILA_FIRST_WORD)))
				return;
		}
		for (const [name, who, path, day] of DAYS)
			if (wanted(name)) await (await has(of[who], path) ? day(of[who]) : console.log("skip - no " + path + " in this build: the day of " + who));
		if (wanted("load")) await load(browser, of.petani);
		for (const who of Object.keys(PAGES))
			if (wanted("looks") || wanted("looks-" + who)) await looks(of[who], await there(of[who], PAGES[who]));
	} finally {
		await browser.close();
	}
}

main().catch(e => {
	console.log("not ok - the browser's tests end");
	console.log("# " + String(e.stack || e).split("\n").join("\n# "));
	process.exitCode = 1;
}).then(() => {
	if (failures() > 0) process.exitCode = 1;
});
