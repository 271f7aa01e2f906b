/**
 * The page's own script, as text: the page holds it by the hash in its policy. Everything is readable without it; it makes the treemap
 * walkable, shows the ways to one import, and colours a function's text when it is opened. It only ever sets text.
 */
export const PAGE_SCRIPT = `"use strict";
const detail = document.getElementById("detail");
for (const map of document.querySelectorAll(".treemap")) {
	const boxes = [...map.querySelectorAll(".box")];
	if (boxes.length > 0) boxes[0].setAttribute("tabindex", "0");
	const tell = (box) => { if (box) detail.textContent = box.getAttribute("aria-label"); };
	map.addEventListener("mouseover", (event) => tell(event.target.closest(".box")));
	map.addEventListener("focusin", (event) => tell(event.target.closest(".box")));
	map.addEventListener("keydown", (event) => {
		const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
		const at = boxes.indexOf(event.target.closest(".box"));
		if (step === undefined || at < 0) return;
		event.preventDefault();
		const next = boxes[Math.min(boxes.length - 1, Math.max(0, at + step))];
		boxes[at].setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		next.focus();
	});
}
const ways = document.getElementById("ways");
if (ways) ways.addEventListener("change", () => {
	for (const row of document.getElementById("way-list").children)
		row.hidden = ways.value !== "" && row.dataset.import !== ways.value;
});
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
for (const text of document.querySelectorAll("details.text"))
	text.addEventListener("toggle", () => colour(text.querySelector("pre")), { once: true });
`;
