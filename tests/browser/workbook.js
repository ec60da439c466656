// SPDX-License-Identifier: GPL-3.0-or-later
// Opens an xlsx again, with nothing but Node.js: { sheet name: rows of cells }. Refuses what is no workbook.
"use strict";
const zlib = require("zlib");

/* The parts of a zip by its central directory; stored or deflated. */
function unzip(buf) {
	const part = new Map();
	let at = buf.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
	if (at < 0) throw new Error("no zip");
	const n = buf.readUInt16LE(at + 10);
	at = buf.readUInt32LE(at + 16);
	for (let i = 0; i < n; i++) {
		if (buf.readUInt32LE(at) !== 0x02014b50) throw new Error("zip: directory");
		const method = buf.readUInt16LE(at + 10), size = buf.readUInt32LE(at + 20), name = buf.readUInt16LE(at + 28);
		const local = buf.readUInt32LE(at + 42), from = local + 30 + buf.readUInt16LE(local + 26) + buf.readUInt16LE(local + 28);
		const raw = buf.subarray(from, from + size);
		part.set(buf.toString("utf8", at + 46, at + 46 + name), method === 8 ? zlib.inflateRawSync(raw) : raw);
		at += 46 + name + buf.readUInt16LE(at + 30) + buf.readUInt16LE(at + 32);
	}
	return part;
}

const ENTITY = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" };
const plain = s => s.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (all, e) =>
	e[0] !== "#" ? ENTITY[e] || all : String.fromCodePoint(e[1] === "x" ? parseInt(e.slice(2), 16) : +e.slice(1)));
const texts = xml => Array.from(xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g), m => plain(m[1])).join("");

const column = ref => ref.replace(/\d+/, "").split("").reduce((n, c) => n * 26 + c.charCodeAt(0) - 64, 0) - 1;

function workbook(buf) {
	const part = unzip(buf), xml = name => {
		if (!part.has(name)) throw new Error("no " + name + " in the workbook");
		return part.get(name).toString("utf8");
	};
	const shared = part.has("xl/sharedStrings.xml") ? Array.from(xml("xl/sharedStrings.xml").matchAll(/<si>(.*?)<\/si>/gs), m => texts(m[1])) : [];
	const where = new Map(Array.from(xml("xl/_rels/workbook.xml.rels").matchAll(/<Relationship [^>]*>/g), m =>
		[m[0].match(/Id="([^"]+)"/)[1], m[0].match(/Target="([^"]+)"/)[1]]));
	const out = {};
	for (const s of xml("xl/workbook.xml").matchAll(/<sheet [^>]*name="([^"]+)"[^>]*r:id="([^"]+)"/g)) {
		const rows = [];
		for (const r of xml("xl/" + where.get(s[2])).matchAll(/<row [^>]*>(.*?)<\/row>/gs)) {
			const row = [];
			for (const c of r[1].matchAll(/<c r="([A-Z]+\d+)"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
				const v = ((c[3] || "").match(/<v>([^<]*)<\/v>/) || [])[1];
				row[column(c[1])] = /t="s"/.test(c[2]) ? shared[+v] : /t="inlineStr"/.test(c[2]) ? texts(c[3]) : /t="str"/.test(c[2]) ? plain(v) : v === undefined ? "" : Number(v);
			}
			rows.push(row);
		}
		out[plain(s[1])] = rows;
	}
	return out;
}

module.exports = { workbook };
