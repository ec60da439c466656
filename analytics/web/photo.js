/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the picture of a form small before it is sent, smaller each time the line did not carry it. Without this a picture that is small
 * already can be sent. */
(() => {
	const form = document.querySelector("form.foto");
	if (!form || !window.createImageBitmap || !HTMLCanvasElement.prototype.toBlob) return;
	const say = form.querySelector("[role=status]"), SIDES = [1280, 1024, 800, 640, 480], BITS = [.7, .5, .35];
	const PATIENCE_MS = 25e3; /* the server waits 20 s */
	let most = +form.dataset.paling;

	function draw(image, side, quality) {
		const k = Math.min(1, side / Math.max(image.width, image.height)), c = document.createElement("canvas");
		c.width = Math.max(1, Math.round(image.width * k));
		c.height = Math.max(1, Math.round(image.height * k));
		const g = c.getContext("2d");
		g.fillStyle = "#fff";
		g.fillRect(0, 0, c.width, c.height);
		g.drawImage(image, 0, 0, c.width, c.height);
		return new Promise(well => c.toBlob(well, "image/jpeg", quality));
	}
	/* The largest that fits */
	async function small(file) {
		let image, blob;
		try { image = await createImageBitmap(file); } catch (e) { throw "bukan"; }
		for (const side of SIDES)
			for (const quality of BITS) {
				blob = await draw(image, side, quality);
				if (blob && blob.size <= most) return blob;
			}
		return blob;
	}
	function told(name, kb) { say.textContent = form.dataset[name].replace("{kb}", kb || ""); }
	form.addEventListener("submit", async e => {
		const file = form.elements.foto.files[0], button = form.querySelector("button");
		if (!file) return;
		e.preventDefault();
		if (button.disabled) return;
		button.disabled = true;
		const stop = new AbortController();
		let timer;
		try {
			const blob = await small(file), body = new FormData(form);
			body.set("foto", blob, "nota.jpg");
			told("kirim", Math.ceil(blob.size / 1000));
			timer = setTimeout(() => stop.abort(), PATIENCE_MS);
			const r = await fetch(form.action, { method: "POST", body, signal: stop.signal });
			if (r.ok) { location.href = r.url; return; }
			told(r.status >= 500 || r.status === 429 ? "gagal" : "tolak");
		} catch (why) {
			told(why === "bukan" ? "bukan" : "gagal");
			if (why !== "bukan") most = Math.max(8000, most / 2);
		}
		clearTimeout(timer);
		button.disabled = false;
	});
})();
