// Conveniences. Every page works without this file.
"use strict";

// The state of tables lives in the address, so that a link shows what its sender saw.
const address = new URL(location.href);
const remember = (name, value) => {
	if (value) address.searchParams.set(name, value);
	else address.searchParams.delete(name);
	history.replaceState(null, "", address);
};

const enliven = (root) => {
	// <form data-autosave="/url">: sends the form there a moment after the last change, and says so in
	// the element marked data-saved.
	for (const form of root.querySelectorAll("form[data-autosave]")) {
		const say = form.querySelector("[data-saved]");
		let timer = 0, running = false, again = false;
		const tell = (text) => { if (say) say.textContent = text; };
		const save = async () => {
			if (running) {
				again = true;
				return;
			}
			running = true;
			try {
				const fields = new URLSearchParams();
				for (const [name, value] of new FormData(form))
					if (typeof value === "string") fields.append(name, value);
				const reply = await fetch(form.dataset.autosave, {
					method: "POST", body: fields, headers: { Accept: "application/json" },
				});
				tell(reply.ok
					? "Saved at " + new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
					: "Not saved yet: the server did not take it. Send the form to see why.");
			} catch {
				tell("Not saved: no connection. What you typed stays here.");
				timer = setTimeout(save, 10000);
			}
			running = false;
			if (again) {
				again = false;
				save();
			}
		};
		form.addEventListener("input", () => {
			clearTimeout(timer);
			tell("Saving…");
			timer = setTimeout(save, 800);
		});
		form.addEventListener("submit", () => clearTimeout(timer));
	}

	// <input type="search" data-filter="table-id">: shows the rows that hold every word.
	for (const box of root.querySelectorAll("input[data-filter]")) {
		const table = document.getElementById(box.dataset.filter);
		if (!table) continue;
		const count = document.querySelector(`[data-filter-count="${CSS.escape(table.id)}"]`);
		const apply = () => {
			const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
			let shown = 0;
			for (const row of table.tBodies[0].rows) {
				const text = row.textContent.toLowerCase();
				row.hidden = !words.every((word) => text.includes(word));
				shown += !row.hidden;
			}
			if (count) count.textContent = `${shown} of ${table.tBodies[0].rows.length}`;
		};
		box.value = address.searchParams.get("find") || box.value;
		box.addEventListener("input", () => {
			apply();
			remember("find", box.value);
		});
		apply();
	}

	// <table data-sort>: heads become buttons. A cell sorts by data-value, else by number, else by text.
	for (const table of root.querySelectorAll("table[data-sort]")) {
		const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
		const key = (row, i) => {
			const cell = row.cells[i];
			const text = cell ? cell.dataset.value ?? cell.textContent.trim() : "";
			const number = text === "" ? NaN : Number(text.replace(/,/g, ""));
			return Number.isNaN(number) ? text.toLowerCase() : number;
		};
		const sort = (i, down) => {
			const rows = [...body.rows].map((row) => [key(row, i), row]);
			rows.sort(([a], [b]) => typeof a === typeof b
				? (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1)
				: typeof a === "number" ? -1 : 1);
			body.append(...rows.map(([, row]) => row));
			heads.forEach((head, k) => head.removeAttribute("aria-sort"));
			heads[i].setAttribute("aria-sort", down ? "descending" : "ascending");
		};
		heads.forEach((head, i) => {
			if (!head.textContent.trim()) return;
			const button = document.createElement("button");
			button.type = "button";
			button.append(...head.childNodes);
			head.append(button);
			button.addEventListener("click", () => {
				const down = head.getAttribute("aria-sort") === "ascending";
				sort(i, down);
				remember("sort", (down ? "-" : "") + i);
			});
		});
		const kept = /^(-?)(\d+)$/.exec(address.searchParams.get("sort") || "");
		if (kept && heads[Number(kept[2])]) sort(Number(kept[2]), kept[1] === "-");
	}
};
enliven(document);

// data-refresh="2": the element, or all of main when it has no id, is fetched again every 2 s until
// the new one no longer asks for it. Nothing is replaced under somebody's hands.
let touched = false;
document.addEventListener("input", () => { touched = true; });
const asks = (part) => Number((part.matches("[data-refresh]") ? part
	: part.querySelector("[data-refresh]:not([id])"))?.dataset.refresh) || 0;
const refresh = (id, seconds) => setTimeout(async () => {
	const old = document.getElementById(id);
	if (!old || (id === "main" && touched)) return;
	let wait = Math.min(seconds * 2, 30);
	if (!document.hidden && (old === document.activeElement || !old.contains(document.activeElement))) {
		try {
			const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
			const page = new DOMParser().parseFromString(await reply.text(), "text/html");
			const fresh = page.getElementById(id);
			if (reply.ok && fresh) {
				if (fresh.innerHTML !== old.innerHTML) {
					old.replaceWith(fresh);
					enliven(fresh);
				}
				wait = asks(fresh);
				if (!wait) return;
			}
		} catch { /* the next time may find the server again */ }
	} else {
		wait = seconds;
	}
	refresh(id, wait);
}, seconds * 1000);
const refreshed = new Set();
for (const part of document.querySelectorAll("[data-refresh]"))
	if (!refreshed.has(part.id || "main")) {
		refreshed.add(part.id || "main");
		refresh(part.id || "main", Number(part.dataset.refresh) || 5);
	}

// The first thing that is wrong in a form shown again.
document.querySelector("[aria-invalid=true]")?.focus();
