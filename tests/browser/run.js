// SPDX-License-Identifier: GPL-3.0-or-later
// Each person's day in a real browser, against the programs that tests/house/test_browser.sh started.
"use strict";
const { launch, person, begin, claim, failures } = require("./lib.js");
const { looks } = require("./looks.js");
const { load } = require("./load.js");
const { farmerDay } = require("./farmer.js");
const { officerDay } = require("./officer.js");
const { technicianDay } = require("./technician.js");

/* A page whose address is not known beforehand is reached as people reach it: [page, link on it]. */
const PAGES = {
	petani: ["/", "/kolam/ktp-kolam-1", "/catat", "/catat/tebar", "/catat/pakan", "/catat/mati", "/catat/panen", "/catat/cek", "/catat/air",
		["/catat?kolam=ktp-kolam-1", "a[href*='/catat/koreksi']"], ["/catat?kolam=ktp-kolam-1", "a[href*='/catat/foto']"], "/catat/bentrok",
		"/alarm", "/bantuan", "/akun", "/audit", "/audit/pokdakan-mentaya"],
	petugas: ["/wilayah", "/wilayah/cetak", "/wilayah/catatan", "/wilayah/skenario", "/wilayah/ketepatan", "/laporan", "/kolam-wilayah", "/asumsi",
		"/wilayah/benih", "/wilayah/peta", "/wilayah/telaah", "/pengguna", "/pengguna/petani", "/audit", "/tidak-ada"],
	teknisi: ["/alat", "/alat/armada", "/alat/tcp-mentaya", "/alat/tcp-mentaya/node-ktp-1"],
};

const DAYS = [["farmer", "petani", farmerDay], ["officer", "petugas", officerDay], ["technician", "teknisi", technicianDay]];

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
		for (const [name, who, day] of DAYS)
			if (wanted(name)) await day(of[who]);
		if (wanted("load")) await load(browser, of.petani);
		for (const who of Object.keys(PAGES))
			if (wanted("looks") || wanted("looks-" + who)) await looks(of[who], PAGES[who]);
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
