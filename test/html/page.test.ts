import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { examine } from "../../src/inspect/diff.ts";
import { htmlReport } from "../../src/inspect/html/page.ts";
import * as build from "../../src/wasm/module-builder.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT } from "../support/wherry.ts";
import { Chromium, NO_CHROMIUM } from "./chromium.ts";

const HOSTILE = [
	`</script><script>globalThis.hit=1</script>`,
	`"><img src=x onerror=globalThis.hit=1>`,
	`' onmouseover='globalThis.hit=1`,
	`</pre><svg onload=globalThis.hit=1>`,
	`<!--`,
	`$x") (;<style>*{display:none}</style>;)`,
	`</style><link rel=stylesheet href=http://127.0.0.1:9/x>`,
];

/** Every name in it is hostile: imports, exports, functions, sections. */
function hostileModule(): Uint8Array<ArrayBuffer> {
	return build.wasm(
		build.custom(HOSTILE[0]!, [0]),
		build.types(build.functionType([], [])),
		build.imports(...HOSTILE.map((name) => build.importOf(name, name, 0x00, 0))),
		build.functions(...HOSTILE.map(() => 0)),
		build.exports(...HOSTILE.map((name, at) => [name, 0, HOSTILE.length + at] as const)),
		build.code(...HOSTILE.map((_, at) => [0x10, at])),
		...HOSTILE.map((name) =>
			build.custom(
				name,
				Array.from({ length: 200 }, () => 0x41),
			),
		),
	);
}

const guest = (name: string) => new Uint8Array(readFileSync(join(ROOT, `guests/${name}.wasm`)));

async function pageOf(
	bytes: Uint8Array<ArrayBuffer>,
	file: string,
	old?: Uint8Array<ArrayBuffer>,
): Promise<string> {
	return htmlReport(
		await examine(bytes, file),
		old === undefined ? undefined : await examine(old, "old.wasm"),
	);
}

const PAGES: readonly (readonly [name: string, make: () => Promise<string>])[] = [
	["a program", () => pageOf(guest("c/sha256"), "sha256.wasm")],
	["a component, against a module", () => pageOf(guest("components/fetch"), "fetch.wasm", guest("c/wc"))],
	["a module of hostile names", () => pageOf(hostileModule(), HOSTILE[1]!, guest("wat/hello"))],
];

/** Boxes of the treemap that is shown, and its frame: those that stand out of it. */
const OUTSIDE = `(() => {
	const map = [...document.querySelectorAll(".treemap")].find((one) => one.getClientRects().length > 0);
	const frame = map.getBoundingClientRect();
	return [...map.querySelectorAll("rect")].filter((one) => {
		const box = one.getBoundingClientRect();
		return box.left < frame.left - 1 || box.top < frame.top - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
	}).length;
})()`;

/** The least contrast of any text with what is behind it, as WCAG 2.2 counts it. */
const CONTRAST = `(() => {
	const numbers = (text) => (text.match(/[0-9.]+/g) ?? []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
		.reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
	const behind = (element) => {
		for (let one = element; one; one = one.parentElement) {
			if (one.tagName === "g") return numbers(getComputedStyle(one.querySelector("rect")).fill);
			const colour = numbers(getComputedStyle(one).backgroundColor);
			if (colour.length === 3) return colour;
		}
		return [255, 255, 255];
	};
	let least = 21;
	for (const element of document.querySelectorAll("main *")) {
		if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "")) continue;
		const style = getComputedStyle(element);
		const [one, other] = [light(numbers(element.tagName === "text" ? style.fill : style.color)), light(behind(element))];
		least = Math.min(least, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
	}
	return least;
})()`;

/** Opens everything, and walks the treemap by keys. */
const USE = `(() => {
	for (const one of document.querySelectorAll("details")) one.open = true;
	const map = [...document.querySelectorAll(".treemap")].find((one) => one.getClientRects().length > 0);
	map.querySelector("[tabindex='0']").focus();
	document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
	for (const box of map.querySelectorAll(".box")) box.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
	return map.querySelectorAll("[tabindex='0']").length === 1 && document.activeElement === map.querySelector("[tabindex='0']");
})()`;

/** Chooses each import in turn: what is not drawn in the page's width, or says nothing when it is pressed. */
const CHOOSE = `(() => {
	const choice = document.getElementById("import");
	const told = document.getElementById("told");
	const wrong = [];
	for (let at = 0; at < choice.options.length; at++) {
		choice.selectedIndex = at;
		choice.dispatchEvent(new Event("change"));
		const nodes = [...document.querySelectorAll("#graph .node")];
		const lines = document.querySelectorAll("#graph path").length;
		if (nodes.length === 0 || (nodes.length > 1 && lines < nodes.length - 1)) wrong.push("nothing drawn for " + choice.options[at].text);
		for (const node of nodes) {
			const box = node.getBoundingClientRect();
			if (box.left < 0 || box.right > innerWidth || node.getAttribute("aria-label") === "") wrong.push(node.textContent);
			node.click();
			if (told.textContent === "") wrong.push("says nothing: " + node.textContent);
		}
	}
	return wrong;
})()`;

/** A box of the treemap shows the text of its function. */
const SHOW = `(() => {
	const map = [...document.querySelectorAll(".treemap")].find((one) => one.getClientRects().length > 0);
	const texts = [...document.querySelectorAll("details.text")];
	const box = [...map.querySelectorAll(".box")].find((one) => texts.some((text) => text.dataset.at === one.dataset.at));
	const text = texts.find((one) => one.dataset.at === box.dataset.at);
	text.open = false;
	box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
	return text.open && document.activeElement === text.querySelector("summary");
})()`;

/** Links to texts that open none. */
const LINKS = `[...document.querySelectorAll("a[href^='#']")].filter((link) => {
	link.click();
	const target = document.getElementById(link.hash.slice(1));
	return target === null || (target.tagName === "DETAILS" && !target.open);
}).length`;

const VIEWS = [
	[1280, "light"],
	[1280, "dark"],
	[390, "light"],
	[390, "dark"],
] as const;

test("the page in Chromium, at two widths, by day and by night", { skip: NO_CHROMIUM }, async (context) => {
	const folder = temporaryDirectory(context);
	const browser = await Chromium.start(join(folder, "profile"));
	try {
		for (const [name, make] of PAGES) {
			const file = join(folder, "page.html");
			writeFileSync(file, await make());
			for (const [width, scheme] of VIEWS)
				await context.test(`${name}, ${width} wide, ${scheme}`, async () => {
					await browser.show(width, 900, scheme);
					browser.told.length = 0;
					await browser.open(pathToFileURL(file).href);
					assert.equal(await browser.evaluate("typeof globalThis.hit"), "undefined");
					assert.equal(
						await browser.evaluate("document.querySelectorAll('main img, main script, main link').length"),
						0,
					);
					assert.equal(await browser.evaluate("document.querySelectorAll('script, style').length"), 2);
					assert.equal(await browser.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
					assert.equal(await browser.evaluate(OUTSIDE), 0);
					assert.equal(await browser.evaluate(USE), true);
					assert.deepEqual(await browser.evaluate(CHOOSE), []);
					assert.equal(await browser.evaluate(SHOW), true);
					assert.equal(await browser.evaluate(LINKS), 0);
					const least = await browser.evaluate(CONTRAST);
					assert.ok(Number(least) >= 4.5, `contrast ${String(least)}`);
					assert.equal(await browser.evaluate("typeof globalThis.hit"), "undefined");
					assert.deepEqual(complaintsOf(browser), []);
				});
		}
	} finally {
		await browser.close();
	}
});

/** Errors, and requests for anything but the page itself. */
function complaintsOf({ told }: Chromium): unknown[] {
	const requests = told.filter(({ method }) => method === "Network.requestWillBeSent");
	const errors = told.filter(({ method }) =>
		["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"].includes(method),
	);
	return [...errors, ...requests.slice(1)];
}
