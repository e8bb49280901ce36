// Keeps the thread live and loses nothing typed; else forms do.
const $ = (id) => document.getElementById(id);
const log = $("log"), list = $("list"), out = $("out"), box = $("text");
const w = JSON.parse(list.dataset.words);
let cursor = log.dataset.cursor, busy, again, sending, live;

// This tab only: phones are shared.
const recall = (name) => { try { return JSON.parse(sessionStorage[name]); } catch { return ""; } };
const keep = (name, value) => { try { sessionStorage[name] = JSON.stringify(value); } catch {} };
let queue = recall("out") || [];

function add(parent, tag, name, text, more) {
	const node = Object.assign(document.createElement(tag), { className: name, textContent: text }, more);
	parent.append(node);
	return node;
}

function bubble(m) {
	const li = add(out, "li", m.author, "");
	li.dataset.seq = m.seq;
	add(li, "p", "meta", m.meta);
	add(li, "p", "text", m.text, { dir: "auto" });
	window.files?.(li, m.files);
	if (m.ticket) add(li, "a", "button", m.look, { href: "/lacak/" + m.ticket });
	if (m.choices.length) {
		const row = add(li, "div", "choices", "");
		for (const [value, label] of m.choices) add(row, "button", "", label, { name: "choice", value });
	}
	return li;
}

// Only the last question can be answered, until something is said.
function settle(down) {
	let open = !out.querySelector("li:not(.failed)");
	for (const li of [...list.children].reverse()) {
		const buttons = li.querySelectorAll("button");
		open = open && !li.matches(".citizen");
		for (const button of buttons) button.disabled = !open;
		open = open && !buttons.length;
	}
	out.hidden = !out.children.length;
	$("hello").hidden = list.children.length || !out.hidden;
	if (down) scrollTo(0, document.body.scrollHeight);
}

function show(data) {
	let down = innerHeight + scrollY > document.body.scrollHeight - 200;
	if (data.fresh) for (const li of list.children) li.dataset.seq = 0; // it stays above
	for (const m of data.messages) {
		const known = [...list.children];
		if (known.some((li) => +li.dataset.seq === m.seq)) continue;
		list.insertBefore(bubble(m), known.find((li) => +li.dataset.seq > m.seq) || null);
		for (const li of pending(m.key)) { li.remove(); drop(m.key); down = true; }
	}
	cursor = data.cursor;
	settle(down && data.messages.length);
}

// A line that hangs is cut.
const limit = () => AbortSignal.timeout && { signal: AbortSignal.timeout(15000) };

async function refresh() {
	again = busy;
	if (busy) return;
	busy = true;
	try {
		const r = await fetch("/chat/messages?after=" + cursor, limit());
		if (r.ok) show(await r.json());
	} catch {}
	busy = false;
	if (again) refresh();
}

function drop(key) { queue = queue.filter((one) => one.key !== key); keep("out", queue); }

const pending = (key) => [...out.children].filter((li) => li.dataset.key === key);

function mark(key, word, kind) {
	for (const li of pending(key)) {
		li.className = "citizen " + kind;
		li.firstChild.textContent = w.you + " · " + word;
	}
}

function wait(one) {
	bubble({ author: "citizen", text: one.text, meta: w.you + " · " + w.sending, choices: [] }).dataset.key = one.key;
	settle(true);
}

function say(text, choice) {
	const one = { key: crypto.getRandomValues(new Uint32Array(4)).join("-"), text, choice };
	queue.push(one);
	keep("out", queue);
	wait(one);
	push();
}

// In order; after a cut with the same key: said once.
async function push() {
	if (sending || !queue.length) return;
	const [one] = queue;
	let later = 0;
	sending = true;
	try {
		const headers = { "Content-Type": "application/json" };
		const r = await fetch("/chat/send", { method: "POST", headers, body: JSON.stringify(one), ...limit() });
		if (r.ok) mark(one.key, w.sent, "");
		else if (r.status === 429 || r.status > 499) later = +r.headers.get("Retry-After") || 5;
		else mark(one.key, (await r.json()).error, "failed");
	} catch { later = 3 + 9 * Math.random(); }
	sending = false;
	$("note").textContent = later ? w.later : "";
	if (later) return setTimeout(push, later * 1000);
	drop(one.key);
	push();
}

function listen() {
	const line = new EventSource("/chat/events");
	line.onopen = () => { live = true; refresh(); push(); };
	line.onmessage = refresh;
	line.onerror = () => { live = false; if (line.readyState > 1) setTimeout(listen, 15000); };
}

function submit(e) {
	e.preventDefault();
	if (box.value.trim()) say(box.value.trim(), "");
	box.value = "";
	keep("draft", "");
}
$("form").onsubmit = submit;
box.oninput = () => keep("draft", box.value);
box.onkeydown = (e) => { // on a phone Enter is a new line
	if (e.key === "Enter" && !e.shiftKey && matchMedia("(pointer: fine)").matches) submit(e);
};
document.onclick = (e) => {
	const button = e.target.closest("button[name]");
	if (!button) return;
	e.preventDefault();
	if (button.name === "text") say(button.value, ""); else say(button.textContent, button.value);
	log.focus({ preventScroll: true }); // the button is disabled
};
setInterval(() => live || document.hidden || refresh(), 4000);

box.value = box.value || recall("draft");
$("reload").hidden = true;
queue.forEach(wait);
settle(true);
listen();
push();
