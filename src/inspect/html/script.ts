/**
 * The page's own script, as text: the page holds it by the hash in its policy. Everything is readable without it; it draws the calls that
 * lead to an import, makes the treemap walkable, and colours a function's text when it is opened. It only ever sets text.
 */
export const PAGE_SCRIPT = `"use strict";
const file = document.querySelector("main").dataset.file;
const texts = new Map([...document.querySelectorAll("details.text")].map((text) => [text.dataset.at, text]));

/* how to get a function's text: it is in the page, or by a command */
function tellOf(place, label, at) {
	place.replaceChildren(label);
	if (!at) return;
	const [path, index] = at.split(" ");
	if (texts.has(at)) {
		const open = document.createElement("button");
		open.textContent = "show its text";
		open.addEventListener("click", () => showText(at));
		place.append(" ", open);
	} else {
		const words = document.createElement("code");
		words.textContent = "wherry wat " + (path === "0" ? "" : "--in " + path + " ") + file + " " + index;
		place.append("; its text: ", words);
	}
}
function showText(at) {
	const text = texts.get(at);
	text.open = true;
	text.scrollIntoView({ block: "start" });
	text.querySelector("summary").focus({ preventScroll: true });
}

for (const link of document.querySelectorAll("a[href^='#text-']"))
	link.addEventListener("click", (event) => {
		event.preventDefault();
		showText(document.getElementById(link.hash.slice(1)).dataset.at);
	});

const detail = document.getElementById("detail");
for (const map of document.querySelectorAll(".treemap")) {
	const boxes = [...map.querySelectorAll(".box")];
	if (boxes.length > 0) boxes[0].setAttribute("tabindex", "0");
	const tell = (box) => { if (box) tellOf(detail, box.getAttribute("aria-label"), box.dataset.at); };
	map.addEventListener("mouseover", (event) => tell(event.target.closest(".box")));
	map.addEventListener("focusin", (event) => tell(event.target.closest(".box")));
	map.addEventListener("click", (event) => {
		const box = event.target.closest(".box");
		if (box && texts.has(box.dataset.at)) showText(box.dataset.at);
	});
	map.addEventListener("keydown", (event) => {
		const at = boxes.indexOf(event.target.closest(".box"));
		if (at < 0) return;
		if (event.key === "Enter" && texts.has(boxes[at].dataset.at)) return showText(boxes[at].dataset.at);
		const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
		if (step === undefined) return;
		event.preventDefault();
		const next = boxes[Math.min(boxes.length - 1, Math.max(0, at + step))];
		boxes[at].setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		next.focus();
	});
}

const picture = document.getElementById("picture");
if (picture) {
	const graphs = JSON.parse(document.getElementById("graph-data").textContent);
	const choice = document.getElementById("import");
	const graph = document.getElementById("graph");
	const told = document.getElementById("told");
	const SVG = "http://www.w3.org/2000/svg";
	let shown = { calls: [], buttons: [] };
	const make = (name, className, text) => {
		const element = document.createElement(name);
		element.className = className;
		element.textContent = text;
		return element;
	};
	const draw = () => {
		const { in: path, nodes, calls, more } = graphs[choice.selectedIndex];
		const rows = [];
		const buttons = nodes.map((node, at) => {
			const button = make("button", "node" + (at === 0 ? " import" : node.root ? " root" : ""), node.name);
			if (node.root && at > 0) button.prepend(make("span", "kind", node.root === "table" ? "open to others" : node.export ? "export " + node.export : node.root));
			const named = (possible) => calls.filter((call) => call[0] === at && call[2] === possible).map((call) => nodes[call[1]].name);
			const words = [named(0).length ? "calls " + named(0).join(", ") : "", named(1).length ? "possibly calls " + named(1).join(", ") : ""];
			const index = "function " + node.function;
			const label = at === 0 ? "the import " + node.name
				: (node.name === index ? index : node.name + ", " + index) + ", " + node.size_bytes + " bytes" + words.filter(Boolean).map((text) => "; " + text).join("");
			button.setAttribute("aria-label", label);
			button.addEventListener("click", () => {
				for (const [line, call] of shown.lines) line.classList.toggle("chosen", call[0] === at || call[1] === at);
				tellOf(told, label, at === 0 ? "" : path + " " + node.function);
			});
			(rows[node.distance] ??= make("div", "row", "")).append(button);
			return button;
		});
		graph.replaceChildren(document.createElementNS(SVG, "svg"), ...rows.filter(Boolean).reverse());
		document.getElementById("graph-more").textContent = more > 0 ? more + " more functions can lead there." : "";
		told.textContent = "";
		shown = { calls, buttons };
		connect();
	};
	/* lines from caller to callee, where the buttons stand now */
	const connect = () => {
		const frame = graph.getBoundingClientRect();
		const svg = graph.querySelector("svg");
		if (!svg) return;
		svg.setAttribute("viewBox", "0 0 " + frame.width + " " + frame.height);
		svg.setAttribute("aria-hidden", "true");
		shown.lines = shown.calls.map((call) => {
			const [from, to] = [shown.buttons[call[0]], shown.buttons[call[1]]].map((button) => button.getBoundingClientRect());
			const down = from.bottom <= to.top;
			const level = from.top === to.top;
			const [x1, x2] = [from, to].map((box) => box.left + box.width / 2 - frame.left);
			const y1 = (down || level ? from.bottom : from.top) - frame.top;
			const y2 = (down ? to.top : to.bottom) - frame.top;
			const bend = level ? 24 : (y2 - y1) / 2;
			const line = document.createElementNS(SVG, "path");
			line.setAttribute("d", "M" + x1 + " " + y1 + "C" + x1 + " " + (y1 + bend) + " " + x2 + " " + (level ? y2 + bend : y2 - bend) + " " + x2 + " " + y2);
			line.setAttribute("class", call[2] ? "call maybe" : "call");
			return [line, call];
		});
		svg.replaceChildren(...shown.lines.map(([line]) => line));
	};
	picture.hidden = false;
	choice.addEventListener("change", draw);
	addEventListener("resize", connect);
	draw();
}

const WORDS = /(;;[^\\n]*|\\(;[^]*?;\\))|("(?:[^"\\\\\\\\]|\\\\\\\\.)*")|(\\$[^\\s()]+)|(\\b(?:i32|i64|f32|f64|v128|local|global|memory|table|ref|call|call_indirect|return|return_call|block|loop|if|then|else|end|br|br_if|br_table|drop|select|unreachable|nop)\\b[.a-z0-9_]*)|([-+]?\\b(?:0x[0-9a-fA-F]+|[0-9][0-9.]*)\\b)/g;
const KINDS = ["w-comment", "w-string", "w-name", "w-op", "w-number"];
function colour(pre) {
	const text = pre.textContent;
	const pieces = document.createDocumentFragment();
	let from = 0;
	for (const match of text.matchAll(WORDS)) {
		pieces.append(text.slice(from, match.index));
		const piece = document.createElement("span");
		piece.className = KINDS[match.slice(1).findIndex((group) => group !== undefined)];
		piece.textContent = match[0];
		pieces.append(piece);
		from = match.index + match[0].length;
	}
	pieces.append(text.slice(from));
	pre.replaceChildren(pieces);
}
for (const text of texts.values())
	text.addEventListener("toggle", () => colour(text.querySelector("pre")), { once: true });
`;
