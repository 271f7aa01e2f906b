import assert from "node:assert/strict";
import { test } from "node:test";

import { documentOf } from "../../oci/encode.ts";
import { MediaType } from "../../oci/media-types.ts";
import { PULL_WORDS } from "./progress.ts";
import { BarProgress } from "./progress-bars.ts";

const ONE = { ...documentOf(Buffer.from("one"), MediaType.WASM).descriptor, size: 2_000_000 };
const TWO = { ...documentOf(Buffer.from("two"), MediaType.WASM).descriptor, size: 0 };
const MANIFEST = documentOf(Buffer.from("{}"), MediaType.MANIFEST).descriptor;
const [FIRST, SECOND] = [ONE, TWO].map(({ digest }) => digest.slice(7, 19));

/** What a terminal of this size shows in the end, and everything that was written to it. */
function shown(
	columns: number,
	rows: number,
	act: (progress: BarProgress) => void,
): { lines: string[]; all: string } {
	let all = "";
	let lines: string[] = [""];
	const progress = new BarProgress(PULL_WORDS, {
		columns,
		rows,
		write(text: string) {
			all += text;
			const [, up = "0", rest = ""] = /^(?:\u001b\[(\d+)A)?\u001b\[0J([^]*)$/.exec(text) ?? [];
			lines = [...lines.slice(0, lines.length - 1 - Number(up)), ...rest.split("\n")];
		},
	});
	act(progress);
	progress.end();
	return { lines: lines.slice(0, -1), all };
}

test("what is done stands above what still moves, and nothing is left of the bars", () => {
	const { lines, all } = shown(80, 24, (progress) => {
		progress.say("latest: Pulling from app");
		progress.started(ONE);
		progress.started(TWO);
		progress.moved(ONE, 500_000);
		progress.ended(TWO, "there");
		progress.ended(ONE, "moved");
	});
	assert.deepEqual(lines, [
		"latest: Pulling from app",
		`${SECOND}: Already exists`,
		`${FIRST}: Pull complete`,
	]);
	assert.ok(all.includes(`${FIRST}: Downloading 500kB/2MB\n`));
});

test("a wide terminal has bars", () => {
	const { all } = shown(120, 24, (progress) => {
		progress.started(ONE);
		progress.moved(ONE, 1_000_000);
		progress.say("a line");
	});
	assert.ok(all.includes(`${FIRST}: Downloading [${"=".repeat(25)}>${" ".repeat(24)}] 1MB/2MB\n`));
});

test("more bytes than were promised, and none at all, make no bar burst", () => {
	const { all } = shown(120, 24, (progress) => {
		progress.started(ONE);
		progress.started(TWO);
		progress.moved(ONE, 9_000_000);
		progress.say("a line");
	});
	assert.equal(all.split(`[${"=".repeat(50)}]`).length - 1, 2);
});

test("no line is wider than the terminal, and no more bars than it has room for", () => {
	const { all } = shown(20, 3, (progress) => {
		progress.started(ONE);
		progress.started(TWO);
		progress.say("a line that is longer than the terminal is wide");
	});
	for (const line of all.split("\n")) assert.ok(line.replace(/^(?:\u001b\[\d*[AJ])+/, "").length < 20, line);
	assert.equal(all.includes(SECOND ?? ""), false);
});

test("manifests have no bar", () => {
	const { all } = shown(80, 24, (progress) => {
		progress.started(MANIFEST);
		progress.ended(MANIFEST, "moved");
	});
	assert.equal(all, "");
});
