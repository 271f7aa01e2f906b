/** The guest's streams are the host's pipes: every byte, in order, and an end on either side is an end. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { guest, ROOT, run, start } from "../support/wherry.ts";

const LAUNCHER = join(ROOT, "bin/wherry");
const BIG_BYTES = 200 * 1000 * 1000;
const PIECE_BYTES = 1_000_003;

/** The same bytes in every run, no two pieces alike, and no period that a buffer's size could hide. */
function* pieces(length: number): Generator<Buffer> {
	let state = 1;
	for (let left = length; left > 0; left -= PIECE_BYTES) {
		const piece = Buffer.alloc(Math.min(PIECE_BYTES, left));
		for (let at = 0; at + 4 <= piece.length; at += 4) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			piece.writeUInt32LE(state, at);
		}
		yield piece;
	}
}

async function feed(stdin: NodeJS.WritableStream, sent: Hash): Promise<void> {
	for (const piece of pieces(BIG_BYTES)) {
		sent.update(piece);
		if (!stdin.write(piece)) await once(stdin, "drain");
	}
	stdin.end();
}

suite("byte for byte", () => {
	test("200 MB through cat, by pipes", async () => {
		const child = spawn(LAUNCHER, ["run", guest("wat/cat")], { stdio: ["pipe", "pipe", "inherit"] });
		const [sent, received] = [createHash("sha256"), createHash("sha256")];
		let length = 0;
		child.stdout.on("data", (piece: Buffer) => {
			received.update(piece);
			length += piece.length;
		});
		const ended = once(child, "close");
		await feed(child.stdin, sent);
		const [status] = (await ended) as [number];
		assert.equal(status, 0);
		assert.equal(length, BIG_BYTES);
		assert.equal(received.digest("hex"), sent.digest("hex"));
	});

	test("200 MB through cat, from a file to a file", (context) => {
		const folder = temporaryDirectory(context);
		const input = openSync(join(folder, "in"), "w");
		for (const piece of pieces(BIG_BYTES)) writeFileSync(input, piece);
		closeSync(input);
		const files = [openSync(join(folder, "in"), "r"), openSync(join(folder, "out"), "w")] as const;
		const { status } = spawnSync(LAUNCHER, ["run", guest("wat/cat")], { stdio: [...files, "inherit"] });
		for (const file of files) closeSync(file);
		assert.equal(status, 0);
		assert.ok(readFileSync(join(folder, "in")).equals(readFileSync(join(folder, "out"))), "the copy differs");
	});

	test("appending to a file that has something already", (context) => {
		const path = join(temporaryDirectory(context), "log");
		writeFileSync(path, "before\n");
		const log = openSync(path, "a");
		const { status } = spawnSync(LAUNCHER, ["run", guest("wat/hello")], {
			stdio: ["ignore", log, "inherit"],
		});
		closeSync(log);
		assert.equal(status, 0);
		assert.equal(readFileSync(path, "utf8"), "before\nhello\n");
	});

	test("writing goes on where the shell's file stands", (context) => {
		const folder = temporaryDirectory(context);
		const command = `(echo first; "${LAUNCHER}" run "${guest("wat/hello")}"; echo last) > out`;
		spawnSync("sh", ["-c", command], { cwd: folder });
		assert.equal(readFileSync(join(folder, "out"), "utf8"), "first\nhello\nlast\n");
	});

	test("standard error is another stream", () => {
		const { stdout, stderr } = run(["run", guest("bare/wasicall")], { stdin: "fd_write 2 to-stderr%0a\n" });
		assert.equal(stdout.toString(), "fd_write = SUCCESS 10\n");
		assert.equal(stderr, "to-stderr\n");
	});
});

suite("a reader that goes away", () => {
	test("ends the guest quietly, as SIGPIPE does", async () => {
		const child = spawn(LAUNCHER, ["run", guest("wat/cat")], { stdio: ["pipe", "pipe", "pipe"] });
		let errors = "";
		child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
		child.stdin.on("error", () => undefined);
		child.stdin.write(Buffer.alloc(1024));
		await once(child.stdout, "data");
		child.stdout.destroy();
		const ended = once(child, "close");
		// it notices with one of the next pieces that it copies
		while (child.exitCode === null && child.signalCode === null) {
			child.stdin.write(Buffer.alloc(65536));
			await new Promise((wake) => setTimeout(wake, 5));
		}
		const [status, signal] = (await ended) as [number | null, string | null];
		assert.ok(status === 141 || signal === "SIGPIPE", `status ${status}, signal ${signal}`);
		assert.equal(errors, "");
	});

	test("in a shell's pipe with head", (context) => {
		const command = `head -c 5000000 /dev/zero | "${LAUNCHER}" run "${guest("wat/cat")}" | head -c 10 | wc -c`;
		const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: temporaryDirectory(context) });
		assert.equal(stdout.toString().trim(), "10");
		assert.equal(stderr.toString(), "");
	});

	test("a full disk is an errno for the guest", () => {
		const full = openSync("/dev/full", "w");
		const { status } = spawnSync(LAUNCHER, ["run", guest("wat/cat")], {
			input: "text",
			stdio: ["pipe", full, "pipe"],
		});
		closeSync(full);
		assert.equal(status, 51, "cat ends with the errno, ENOSPC");
	});
});

suite("standard input", () => {
	test("/dev/null is at its end at once", () => {
		const { status, stdout } = run(["run", guest("wat/cat")]);
		assert.equal(status, 0);
		assert.equal(stdout.length, 0);
	});

	test("redirected input is read without a flag", () => {
		assert.equal(run(["run", guest("wat/cat")], { stdin: "text" }).stdout.toString(), "text");
	});

	test("what the guest leaves unread is left to the next program", (context) => {
		const folder = temporaryDirectory(context);
		writeFileSync(join(folder, "in"), "one\ntwo\n");
		const command = `("${LAUNCHER}" run "${guest("wat/hello")}"; cat) < in`;
		const { stdout } = spawnSync("sh", ["-c", command], { cwd: folder });
		assert.equal(stdout.toString(), "hello\none\ntwo\n");
	});

	test("waiting for it ends when something comes, or when the time is up", async () => {
		const first = start(["run", guest("wat/wait")]);
		assert.equal((await first.ended).status, 10);
		const second = start(["run", guest("wat/wait")]);
		second.child.stdin?.write("x");
		assert.equal((await second.ended).status, 20);
		const third = start(["run", guest("wat/wait")]);
		third.child.stdin?.end();
		assert.equal((await third.ended).status, 20);
	});

	test("streams that are closed from the start are no crash", () => {
		for (const closed of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
			const command = `"${LAUNCHER}" run "${guest("wat/hello")}" ${closed}; echo "status $?"`;
			const { stdout } = spawnSync("sh", ["-c", command]);
			assert.match(stdout.toString(), /status (0|8|29|141)$/m, closed);
			assert.doesNotMatch(stdout.toString(), /BUG|^\s+at /m);
		}
	});
});
