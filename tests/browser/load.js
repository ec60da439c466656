// SPDX-License-Identifier: GPL-3.0-or-later
// A farmer's first page on a bad link: its bytes, and its time against a static page of as many bytes beside it, in one run, in
// Chromium with the processor slowed 6 times, 400 ms latency and 50 kB/s. Medians of turns taken alternately.
"use strict";
const http = require("http");
const { claim, must, person, URL_OF } = require("./lib.js");

const LINK = { offline: false, latency: 400, downloadThroughput: 50000, uploadThroughput: 50000 };
const SLOWER = 6, TURNS = 7, RATIO = 1.25, FIRST_PAGE_BYTES = 15000;

const median = x => x.slice().sort((a, b) => a - b)[(x.length - 1) >> 1];

/* One cold load: ms to the load event, and bytes that came over the link. */
async function once(page, cdp, url) {
	let bytes = 0, requests = 0;
	const count = e => { bytes += e.encodedDataLength; requests++; };
	await page.goto("about:blank");
	cdp.on("Network.loadingFinished", count);
	await page.goto(url, { waitUntil: "load" });
	const ms = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
	await page.waitForLoadState("networkidle");
	cdp.off("Network.loadingFinished", count);
	return { ms, bytes, requests };
}

/* The same bytes as they lie: each path as the real server sent it, and the page alone, padded to all of them. */
async function staticServer(files, whole) {
	const server = http.createServer((q, r) => {
		const f = q.url === "/utuh" ? whole : files.get(q.url.replace(/#.*/, ""));
		if (!f) {
			r.writeHead(404).end();
			return;
		}
		r.writeHead(200, f.headers);
		r.end(f.body);
	});
	await new Promise(done => server.listen(0, "127.0.0.1", done));
	return { server, url: "http://127.0.0.1:" + server.address().port };
}

/* As Chromium asks for it: gzipped. */
function fetchRaw(path, cookie) {
	return new Promise((done, bad) => {
		http.get(URL_OF + path, { headers: { "Accept-Encoding": "gzip", Cookie: cookie } }, r => {
			const part = [];
			r.on("data", c => part.push(c));
			r.on("end", () => done({ headers: r.headers, body: Buffer.concat(part) }));
		}).on("error", bad);
	});
}

async function load(browser, farmer) {
	const p = await person(browser), { page } = p;
	await p.context.addCookies(await farmer.context.cookies());
	const cdp = await p.context.newCDPSession(page), asked = new Set();
	page.on("request", q => asked.add(new URL(q.url()).pathname + new URL(q.url()).search));
	await page.goto("/", { waitUntil: "networkidle" });
	asked.delete("/favicon.ico");
	const cookie = (await p.context.cookies()).map(c => c.name + "=" + c.value).join("; ");
	const files = new Map();
	for (const path of asked) {
		const f = await fetchRaw(path, cookie), h = {};
		for (const name of ["content-type", "content-encoding"]) if (f.headers[name]) h[name] = f.headers[name];
		files.set(path, { headers: h, body: f.body });
	}
	const sum = Array.from(files.values()).reduce((n, f) => n + f.body.length, 0);
	await claim("a farmer's first page is " + sum + " bytes gzipped in " + files.size + " files, below " + FIRST_PAGE_BYTES, async () => {
		must(Array.from(files, ([k, f]) => k + " " + f.body.length).join(", "), sum < FIRST_PAGE_BYTES);
	});
	/* one file of as many bytes, which nothing can compress: words in a comment behind a short page */
	const head = "<!DOCTYPE html><html lang=id><title>x</title><h1>x</h1><p>x<!--";
	const whole = { headers: { "content-type": "text/html; charset=utf-8" }, body: Buffer.from(head + "x".repeat(Math.max(0, sum - head.length - 3)) + "-->") };
	const beside = await staticServer(files, whole);
	await cdp.send("Network.enable");
	await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
	await cdp.send("Network.emulateNetworkConditions", LINK);
	await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
	const ours = [], files_ = [], one = [];
	for (let i = 0; i < TURNS; i++) {
		ours.push((await once(page, cdp, URL_OF + "/")).ms);
		files_.push((await once(page, cdp, beside.url + "/")).ms);
		one.push((await once(page, cdp, beside.url + "/utuh")).ms);
	}
	beside.server.close();
	const a = median(ours), b = median(files_), c = median(one);
	console.log("# complete after " + a.toFixed(0) + " ms; the same files served as they lie " + b.toFixed(0) + " ms (" + (a / b).toFixed(2) +
		" times); one plain file of as many bytes " + c.toFixed(0) + " ms (" + (a / c).toFixed(2) + " times); medians of " + TURNS);
	await claim("on a bad link the farmer's page is complete within " + RATIO + " times a static page of equal bytes", async () => {
		must((a / b).toFixed(2) + " times", a / b <= RATIO);
	});
	await p.context.close();
}

module.exports = { load };
