// SPDX-License-Identifier: GPL-3.0-or-later
// What every page owes to whoever reads it on a cheap telephone: checked from the computed styles, in both languages, light and
// dark, and shot at 360 and 1280 px.
"use strict";
const { claim, must, person, shoot } = require("./lib.js");

const CONTRAST = 4.5, TOUCH_PX = 47.5; // WCAG 2.1 AA of text; 48 px but for rounding

/* --- these run inside the page --- */

function bones() {
	const out = [], h1 = document.querySelectorAll("h1").length;
	if (h1 !== 1) out.push(h1 + " h1");
	if (!document.title.trim()) out.push("no title");
	for (const f of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
		if (!(f.labels && Array.from(f.labels).some(l => l.textContent.trim())) && !f.getAttribute("aria-label"))
			out.push("no label: " + f.name);
	for (const s of document.querySelectorAll("main svg.chart"))
		if (!s.querySelector("title") && !s.getAttribute("aria-label") && !s.closest("[aria-hidden]")) out.push("a chart without title");
	for (const i of document.querySelectorAll("img:not([alt])")) out.push("no alt: " + i.src);
	const ids = Array.from(document.querySelectorAll("[id]"), e => e.id);
	for (const id of new Set(ids)) if (ids.filter(x => x === id).length > 1) out.push("twice the id " + id);
	for (const a of document.querySelectorAll("a, button"))
		if (!a.textContent.trim() && !a.getAttribute("aria-label") && !a.querySelector("title, img:not([alt=''])")) out.push("a link without words: " + a.outerHTML.slice(0, 80));
	return out;
}

/* Text against what lies under it. SVG text is drawn over the page's ground; its fill is what counts. */
function contrast(least) {
	const rgba = s => {
		const m = s.match(/^rgba?\(([^)]+)\)$/);
		if (!m) return [0, 0, 0, 0];
		const v = m[1].split(/[ ,/]+/).map(Number);
		return [v[0], v[1], v[2], v.length > 3 ? v[3] : 1];
	};
	const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
	const light = c => {
		const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = e => {
		const layers = [];
		for (; e; e = e.parentElement) {
			const c = rgba(getComputedStyle(e).backgroundColor);
			if (c[3] > 0) layers.push(c);
			if (c[3] === 1) break;
		}
		return layers.reduceRight((under, c) => over(c, under), [255, 255, 255, 1]);
	};
	const faded = (c, e) => { /* opacity of what it lies in */
		for (; e; e = e.parentElement) c[3] *= getComputedStyle(e).opacity;
		return c;
	};
	const out = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; (n = walk.nextNode());) {
		const e = n.parentElement;
		if (!n.data.trim() || !e || /^(SCRIPT|STYLE|TITLE|DESC|OPTION)$/i.test(e.tagName) || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
			continue;
		const style = getComputedStyle(e), under = ground(e), svg = e.namespaceURI.endsWith("svg");
		const ink = over(faded(rgba(svg ? style.fill : style.color), e), under), a = light(ink), b = light(under);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < least) out.add(ratio.toFixed(2) + " " + e.tagName.toLowerCase() + "." + (e.getAttribute("class") || "") + " \"" + n.data.trim().slice(0, 30) + "\"");
	}
	return Array.from(out);
}

/* Fingers are wide: buttons and fields everywhere, links that stand alone. A box to tick counts with its label. */
function touch(least) {
	const out = new Set();
	const all = "button, input:not([type=hidden]), select, textarea, summary, nav a, form a, a.call, a.back, .plain a, .card h2 a";
	for (const e of document.querySelectorAll(all)) {
		if (!e.checkVisibility({ visibilityProperty: true }) || e.closest(".skip")) continue;
		let b = e.getBoundingClientRect();
		if (/^(checkbox|radio)$/.test(e.type) && e.labels[0]) b = e.labels[0].getBoundingClientRect();
		if (b.width > 0 && (b.height < least || b.width < least))
			out.add(b.width.toFixed(0) + "x" + b.height.toFixed(0) + " " + e.tagName.toLowerCase() + " " + (e.name || e.textContent).trim().slice(0, 30));
	}
	return Array.from(out);
}

function focus() {
	const out = new Set();
	for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
		if (!e.checkVisibility({ visibilityProperty: true })) continue;
		e.focus({ focusVisible: true, preventScroll: true });
		const s = getComputedStyle(e);
		if (document.activeElement !== e) out.add("takes no focus: " + e.outerHTML.slice(0, 60));
		else if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) out.add("focus unseen: " + e.outerHTML.slice(0, 60));
	}
	if (document.activeElement) document.activeElement.blur();
	return Array.from(out);
}

function tooWide() {
	const all = document.documentElement.scrollWidth, room = document.documentElement.clientWidth, out = [];
	if (all <= room) return out;
	for (const e of document.querySelectorAll("body *"))
		if (e.getBoundingClientRect().right > room + 1 && !e.closest(".wide")) out.push(e.tagName.toLowerCase() + "." + (e.getAttribute("class") || ""));
	return [all + " px of " + room + ": " + Array.from(new Set(out)).slice(0, 5).join(" ")];
}

/* --- a page --- */

const nameOf = path => path.replace(/\?.*/, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "kolam-saya";

const withQuery = (path, query) => path + (path.includes("?") ? "&" : "?") + query;

/* A page that is not there is a failure, but for the one that says so. */
async function go(p, path, query) {
	const answer = await p.page.goto(withQuery(path, query), { waitUntil: "load" }), wanted = path === "/tidak-ada" ? 404 : 200;
	must(path + ": " + answer.status(), answer.status() === wanted);
	if (wanted !== 200) p.wrong.length = 0; /* the browser's own words of it */
}

/* As who does not see well has it: everything larger, and still within the screen. */
async function large(p, path, lang, add) {
	const { page } = p;
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 360, height: 740 });
	await go(p, path, "lang=" + lang + "&besar=1");
	must("the text is not large", await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize) >= 21.5));
	await shoot(page, [p.who, nameOf(path), lang, 360, "besar"].join("_"));
	await page.setViewportSize({ width: 320, height: 740 });
	add("large, 320 px", await page.evaluate(tooWide));
	await go(p, path, "lang=" + lang + "&besar=0");
}

async function look(p, path, lang, wrong) {
	const { page } = p, add = (what, list) => list.forEach(x => wrong.push(lang + " " + what + ": " + x));
	p.wrong.length = 0;
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 360, height: 740 });
	await go(p, path, "lang=" + lang);
	const said = await page.getAttribute("html", "lang");
	if (said !== lang) add("lang", [said]);
	add("page", await page.evaluate(bones));
	add("touch", await page.evaluate(touch, TOUCH_PX));
	add("focus", await page.evaluate(focus));
	for (const scheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme: scheme });
		add("contrast " + scheme, await page.evaluate(contrast, CONTRAST));
		for (const width of [360, 1280]) {
			await page.setViewportSize({ width, height: 740 });
			await shoot(page, [p.who, nameOf(path), lang, width, scheme].join("_"));
		}
	}
	await page.setViewportSize({ width: 320, height: 740 });
	add("320 px", await page.evaluate(tooWide));
	await large(p, path, lang, add);
	add("browser", p.wrong.splice(0));
}

/* Where a link leads. */
async function linked(p, [from, link]) {
	await p.page.goto(from);
	must("no " + link + " on " + from, await p.page.locator(link).count() > 0);
	return p.page.locator(link).first().getAttribute("href");
}

/* Every page of a person who is logged in. */
async function looks(p, paths) {
	for (const at of paths)
		await claim(p.who + " " + at + " can be read, reached and pressed at 360 px, light and dark, both languages, and in large text at 320", async () => {
			const wrong = [], path = Array.isArray(at) ? await linked(p, at) : at;
			for (const lang of ["id", "en"]) await look(p, path, lang, wrong);
			await p.page.goto("/?lang=id");
			must(Array.from(new Set(wrong)).join("\n"), wrong.length === 0);
		});
}

module.exports = { looks };
