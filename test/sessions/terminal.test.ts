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

/** Runs `wherry WORDS` on a terminal, types each of `lines` once `prompt` has been printed, and waits. */
async function onTerminal(
	words: readonly string[],
	lines: readonly string[],
	prompt?: RegExp,
): Promise<Played> {
	const command = [LAUNCHER, ...words].map((word) => `'${word}'`).join(" ");
	const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
	let text = "";
	let typed = false;
	const type = () => {
		if (typed || (prompt !== undefined && !prompt.test(text))) return;
		typed = true;
		for (const line of lines) child.stdin.write(line);
	};
	child.stdout.on("data", (piece: Buffer) => {
		text += piece.toString();
		type();
	});
	type();
	const [status] = (await once(child, "close")) as [number | null];
	return { status, text: text.replaceAll("\r\n", "\n") };
}

suite("a terminal", { skip }, () => {
	test("with -it it works as one: the guest knows it, and reads what is typed", async () => {
		const { status, text } = await onTerminal(
			["run", "-it", guest("bare/wasicall")],
			["fd_fdstat_get 0\n", "fd_fdstat_get 1\n", "environ_get\n", "proc_exit 3\n"],
		);
		assert.match(text, /fd_fdstat_get = SUCCESS character/);
		assert.match(text, /"TERM=/);
		assert.equal(status, 3);
	});

	test("without -i nothing is read from it", async () => {
		const { status, text } = await onTerminal(["run", guest("wat/cat")], []);
		assert.equal(status, 0, text);
	});

	test("Ctrl-C ends a guest that computes", async () => {
		const { status, text } = await onTerminal(
			["run", "-it", "--trace=wasi", guest("bare/wasicall")],
			["\u0003"],
			/fd_read/,
		);
		assert.equal(status, 130, text);
	});

	test("Ctrl-D is the end of the input", async () => {
		const { status, text } = await onTerminal(["run", "-i", guest("wat/cat")], ["text\n", "\u0004"]);
		assert.equal(status, 0, text);
		assert.match(text, /text\n[\s\S]*text\n/);
	});
});
