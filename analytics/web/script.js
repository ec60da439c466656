/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages work without this. It keeps what is typed until it is saved, and what could not be sent until it is. */
(() => {
	const doc = document, me = doc.currentScript.dataset, QUEUE = "nila-kirim:" + me.siapa;
	const OLD_MS = 12 * 36e5, PATIENCE_MS = 2e4, AGAIN_MS = 3e4;
	let busy = false;

	function get(key) {
		try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; }
	}
	function put(key, value) { /* false: full */
		try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch (e) { return false; }
	}
	const queue = () => get(QUEUE) || [];
	const fields = form => Array.from(form.elements).filter(e => e.name && e.type !== "hidden");
	const ours = form => form && form.classList.contains("catat");
	const draft = form => "nila-draf:" + me.siapa + form.dataset.draf;

	/* "Belum terkirim (3)" on top of every page */
	function say() {
		const q = queue(), bad = q.find(x => x.bad), main = doc.querySelector("main");
		let note = doc.getElementById("belum");
		if (!note) {
			note = Object.assign(doc.createElement("p"), { id: "belum", className: "notice" });
			note.setAttribute("role", "status");
			main.insertBefore(note, main.firstChild);
		}
		note.hidden = !q.length;
		note.textContent = me.belum.replace("{n}", q.length) + " ";
		if (bad) note.appendChild(Object.assign(doc.createElement("a"), { href: bad.from, textContent: me.tolak }));
	}
	function post(item) {
		const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE_MS);
		return fetch(item.to, { method: "POST", signal: stop.signal,
			headers: { "Content-Type": "application/x-www-form-urlencoded" },
			body: item.body.replace(/(^|&)tanda=[^&]*/, "$1tanda=" + me.tanda) }).then(r => {
			clearTimeout(timer);
			/* busy, or logged out: later */
			if (r.status >= 500 || [401, 403, 429].includes(r.status) || /masuk/.test(r.url)) throw 0;
			return r;
		});
	}
	function flush() {
		const next = queue().find(x => !x.bad);
		say();
		if (busy || !next || !me.tanda) return;
		busy = true;
		post(next).then(r => {
			busy = false;
			/* refused: opening its form brings it back */
			next.bad = !r.ok;
			put(QUEUE, queue().map(x => x.key === next.key ? next : x).filter(x => x.key !== next.key || next.bad));
			flush();
		}).catch(() => { busy = false; });
	}
	function show(r, form) {
		if (r.ok) {
			put(draft(form), null);
			location.href = r.url;
			return;
		}
		r.text().then(text => {
			const page = new DOMParser().parseFromString(text, "text/html");
			doc.replaceChild(doc.importNode(page.documentElement, true), doc.documentElement);
			scrollTo(0, 0);
			start();
			const wrong = doc.querySelector("[aria-invalid]");
			if (wrong) wrong.focus();
		});
	}
	doc.addEventListener("submit", e => {
		const form = e.target;
		if (!ours(form)) return;
		e.preventDefault();
		if (form.dataset.sibuk) return; /* a double tap */
		form.dataset.sibuk = 1;
		const item = { to: form.action, from: location.href, draf: form.dataset.draf, key: form.elements.kunci.value,
			body: new URLSearchParams(new FormData(form)).toString() };
		post(item).then(r => show(r, form), () => {
			delete form.dataset.sibuk;
			if (!put(QUEUE, queue().concat(item))) return; /* stays in the form */
			put(draft(form), null);
			form.reset();
			form.elements.kunci.value = item.key.slice(0, 24) + Date.now().toString(36);
			say();
			scrollTo(0, 0);
		});
	});
	doc.addEventListener("input", e => {
		const form = e.target.form, d = {};
		if (!ours(form)) return;
		fields(form).forEach(f => { d[f.name] = f.value; });
		put(draft(form), { at: Date.now(), d });
	});
	doc.addEventListener("click", e => {
		const b = e.target.closest("[data-langkah]"), id = doc.documentElement.lang === "id";
		if (!b) return;
		const box = b.parentNode.querySelector("input");
		const old = id ? box.value.replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".") : box.value.replace(/,/g, "");
		const v = String(Math.max(0, Math.round(((parseFloat(old) || 0) + +b.dataset.langkah) * 100) / 100));
		box.value = id ? v.replace(".", ",") : v;
		box.dispatchEvent(new Event("input", { bubbles: true }));
	});
	function start() {
		doc.querySelectorAll("[data-langkah]").forEach(b => { b.hidden = false; });
		doc.querySelectorAll("form.catat").forEach(form => {
			const key = draft(form), bad = queue().find(x => x.bad && x.draf === form.dataset.draf);
			if (form.dataset.terisi) return; /* by us */
			if (bad) {
				const d = {};
				new URLSearchParams(bad.body).forEach((v, k) => { d[k] = v; });
				if (put(key, { at: Date.now(), d })) put(QUEUE, queue().filter(x => x.key !== bad.key));
			}
			const kept = get(key);
			if (kept && Date.now() - kept.at < OLD_MS)
				fields(form).forEach(f => { if (f.name in kept.d) f.value = kept.d[f.name]; });
		});
		flush();
	}
	addEventListener("online", flush);
	setInterval(() => queue().length && flush(), AGAIN_MS);
	doc.addEventListener("DOMContentLoaded", start);
})();
