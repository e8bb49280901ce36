// Files: sent with progress and again after a cut, under the same key. Without this the form sends them.
const form = document.getElementById("files"), bar = document.getElementById("bar"), note = document.getElementById("note");
const most = parseInt(document.getElementById("most").textContent.match(/\d+/)[0]) * 1048576;
const fresh = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
const inputs = form.querySelectorAll("input[type=file]");
const words = JSON.parse(document.getElementById("list").dataset.words);
let busy;

// Draws what a message brought along.
window.files = (li, files) => {
	for (const f of files || []) {
		const make = (tag, more) => Object.assign(document.createElement(tag), more);
		if (f.kind === "image") {
			const link = make("a", { href: f.url });
			link.append(make("img", { src: f.url + "?kecil", alt: words.photo }));
			li.append(link);
		} else if (f.kind === "audio") li.append(make("audio", { src: f.url, controls: true, preload: "none", ariaLabel: words.voice }));
		else if (f.kind === "gone") li.append(make("p", { className: "small", textContent: words.gone }));
		else li.append(make("a", { className: "button", href: f.url, textContent: f.name }));
	}
};

const say = (text) => { note.textContent = text; };
const end = () => { busy = false; bar.hidden = true; form.querySelector("button").disabled = false; };

function send(file, key, tries) {
	const data = new FormData(), line = new XMLHttpRequest();
	data.append("key", key); // before the file: the server reads in order
	data.append("file", file, file.name);
	line.open("POST", "/chat/upload");
	line.setRequestHeader("Accept", "application/json");
	line.upload.onprogress = (e) => { bar.value = e.loaded / e.total * 100; };
	line.onloadend = () => {
		if (line.status === 202) {
			end();
			form.reset();
			document.getElementById("more").open = false;
			return say("");
		}
		if (line.status && line.status < 500 && line.status !== 429 || !tries) {
			end();
			let why;
			try { why = JSON.parse(line.response).error; } catch {}
			return say(why || words.retry);
		}
		say(words.later);
		setTimeout(send, (+line.getResponseHeader("Retry-After") || 4) * 1000, file, key, tries - 1);
	};
	line.send(data);
}

form.onsubmit = (e) => {
	e.preventDefault();
	const input = [...inputs].find((one) => one.files.length), file = input?.files[0];
	if (busy) return;
	if (!file) return say(words.pick);
	if (file.size > most) return say(words.large);
	// the same file tried again is the same message
	if (form.tried !== file) Object.assign(form, { tried: file, last: fresh() });
	busy = true;
	bar.value = 0;
	bar.hidden = false;
	form.querySelector("button").disabled = true;
	say("");
	send(file, form.last, 8);
};
for (const input of inputs) input.onchange = () => {
	for (const other of inputs) if (other !== input) other.value = "";
	if (input.files.length) form.requestSubmit();
};
