/** On a real terminal, made by util-linux's `script`. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { suite, test } from "node:test";

import { guest, ROOT } from "../support/wherry.ts";

const LAUNCHER = join(ROOT, "bin/wherry");
const hasScript = spawnSync("script", ["--version"]).status === 0;
const skip = hasScript ? false : "there is no `script` (Debian's bsdutils) on this machine";

interface Played {
	readonly status: number | null;
	readonly text: string;
}

/** A guard against hanging, never a measurement. */
const WAIT_MS = 60_000;

/** Runs `wherry WORDS` on a terminal, types `keys`, and `then` once the guest has printed `answer`. */
async function onTerminal(words: readonly string[], keys: string, answer = "", then = ""): Promise<Played> {
	const command = [LAUNCHER, ...words].map((word) => `'${word}'`).join(" ");
	const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
	const guard = setTimeout(() => child.kill("SIGTERM"), WAIT_MS);
	let text = "";
	let answered = then === "";
	child.stdout.on("data", (piece: Buffer) => {
		text = (text + piece.toString()).replaceAll("\r\n", "\n");
		if (answered || !text.includes(answer)) return;
		answered = true;
		child.stdin.write(then);
	});
	child.stdin.write(keys);
	const [status] = (await once(child, "close")) as [number | null];
	clearTimeout(guard);
	return { status, text };
}

suite("a terminal", { skip }, () => {
	test("with -it it works as one: the guest knows it, and reads what is typed", async () => {
		const { status, text } = await onTerminal(
			["run", "-it", guest("bare/wasicall")],
			"fd_fdstat_get 0\nfd_fdstat_get 1\nenviron_get\nproc_exit 3\n",
		);
		assert.match(text, /fd_fdstat_get = SUCCESS character/);
		assert.match(text, /"TERM=/);
		assert.equal(status, 3);
	});

	test("without -i nothing is read from it", async () => {
		const { status, text } = await onTerminal(["run", guest("wat/cat")], "");
		assert.equal(status, 0, text);
	});

	test("Ctrl-C ends a guest that waits for the next line", async () => {
		const words = ["run", "-it", guest("bare/wasicall")];
		const { status, text } = await onTerminal(words, "sched_yield\n", "sched_yield = SUCCESS", "\u0003");
		assert.equal(status, 130, text);
	});

	test("Ctrl-D is the end of the input", async () => {
		const { status, text } = await onTerminal(
			["run", "-i", guest("wat/cat")],
			"text\n",
			"text\ntext\n",
			"\u0004",
		);
		assert.equal(status, 0, text);
		assert.match(text, /text\n[\s\S]*text\n/);
	});
});
