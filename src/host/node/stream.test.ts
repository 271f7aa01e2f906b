import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Errno } from "../../sys/errno.ts";
import { FileType } from "../../sys/stat.ts";
import { DescriptorStream } from "./stream.ts";

const streamFile = fileURLToPath(new URL("stream.ts", import.meta.url));
const BOTH = { readable: true, writable: true };
const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

let place: string;
before(() => {
	place = fs.mkdtempSync(join(tmpdir(), "wherry-stream-"));
});
after(() => fs.rmSync(place, { recursive: true, force: true }));

/** A FIFO that is open at one end of ours; `sh` does the other end's part. */
function fifo(name: string): string {
	const path = join(place, name);
	assert.equal(spawnSync("mkfifo", [path]).status, 0);
	return path;
}

/** Runs JavaScript with `standardStream` in a process whose streams the shell makes. */
function inShell(source: string, redirections: string): string {
	const program = `const { standardStream } = await import(${JSON.stringify(streamFile)}); ${source}`;
	const file = join(place, "program.mjs");
	fs.writeFileSync(file, program);
	const command = `'${process.execPath}' '${file}' ${redirections}`;
	const run = spawnSync("sh", ["-c", command], { encoding: "utf8", cwd: place, input: "" });
	assert.equal(run.status, 0, run.stderr);
	return run.stderr + run.stdout;
}

const TYPES = [
	["/dev/null, which is no terminal", "</dev/null", FileType.UNKNOWN],
	["a file", "<program.mjs", FileType.REGULAR_FILE],
	["a pipe", "<&0 | cat", FileType.SOCKET_STREAM],
] as const;

for (const [name, redirections, type] of TYPES) {
	test(`the type of ${name}`, () => {
		const source = "console.log(standardStream(0).type);";
		assert.equal(inShell(source, redirections).trim(), String(type));
	});
}

test("a FIFO's type is one that preview1 does not know", () => {
	const source = "process.stderr.write(String(standardStream(1).type));";
	assert.equal(inShell(source, "| cat"), String(FileType.UNKNOWN));
});

test("a terminal is a character device", { skip: !fs.existsSync("/usr/bin/script") }, () => {
	const file = join(place, "terminal.mjs");
	fs.writeFileSync(
		file,
		`const { standardStream } = await import(${JSON.stringify(streamFile)});
		standardStream(1).write([Buffer.from("type " + [0, 1, 2].map((fd) => standardStream(fd).type))]);`,
	);
	const run = spawnSync("script", ["-qec", `'${process.execPath}' '${file}'`, "/dev/null"], {
		encoding: "utf8",
		input: "",
	});
	const { CHARACTER_DEVICE } = FileType;
	assert.match(run.stdout, new RegExp(`type ${CHARACTER_DEVICE},${CHARACTER_DEVICE},${CHARACTER_DEVICE}`));
});

test("a standard stream that the host has closed reads as empty and swallows", () => {
	const source = `
		const stream = standardStream(0);
		const read = stream?.read([new Uint8Array(1)]) ?? 0;
		process.stderr.write("read " + read);`;
	assert.equal(inShell(source, "<&-"), "read 0");
});

test("a file in stdin's place is sought", () => {
	fs.writeFileSync(join(place, "digits"), "0123456789");
	const source = `
		const stream = standardStream(0);
		const bytes = Buffer.alloc(2);
		const said = [stream.seek(4n, 0), stream.read([bytes]), bytes.toString(), stream.seek(-1n, 1),
			stream.seek(0n, 2), stream.read([bytes]), stream.seek(-100n, 0)];
		console.log(said.join(" "));`;
	assert.equal(inShell(source, "<digits").trim(), `4 2 45 5 10 0 ${-Errno.INVAL}`);
});

test("a descriptor that someone made non-blocking is waited for", () => {
	const path = fifo("late");
	const fd = fs.openSync(path, O_RDONLY | O_NONBLOCK);
	const writer = spawn("sh", [
		"-c",
		`exec 3>'${path}'; sleep 0.1; printf hello >&3; sleep 0.1; printf more >&3`,
	]);
	// until the writer has opened its end, reading finds the end at once
	const holder = fs.openSync(path, O_WRONLY | O_NONBLOCK);
	const stream = new DescriptorStream(fd, FileType.UNKNOWN, BOTH);
	const bytes = Buffer.alloc(100);
	assert.equal(stream.read([bytes.subarray(0, 3), bytes.subarray(3)]), 5);
	assert.equal(bytes.toString("utf8", 0, 5), "hello");
	assert.equal(stream.read([bytes]), 4);
	stream.nonblocking = true;
	assert.equal(stream.read([bytes]), -Errno.AGAIN);
	writer.kill();
	fs.closeSync(holder);
	stream.nonblocking = false;
	assert.equal(stream.read([bytes]), 0);
	fs.closeSync(fd);
});

test("nonblocking is ours alone: the descriptor keeps waiting for others", () => {
	const path = fifo("ours");
	const fd = fs.openSync(path, O_RDWR);
	const stream = new DescriptorStream(fd, FileType.UNKNOWN, BOTH);
	stream.nonblocking = true;
	const bytes = Buffer.alloc(1 << 20, 97);
	assert.equal(stream.read([bytes]), -Errno.AGAIN);
	const flags = Number.parseInt(
		/flags:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "",
		8,
	);
	assert.equal(flags & O_NONBLOCK, 0);
	assert.equal(stream.write([Buffer.from("x")]), 1);
	assert.equal(stream.read([bytes]), 1);
	fs.closeSync(fd);
});

test("megabytes through a non-blocking pipe arrive as they were", async () => {
	const path = fifo("large");
	const reader = spawn("sha256sum", [path]);
	const fd = fs.openSync(path, O_WRONLY);
	const again = fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK);
	const stream = new DescriptorStream(again, FileType.UNKNOWN, BOTH);
	const bytes = Buffer.alloc(5_000_000, "some text of a length that divides nothing");
	let at = 0;
	while (at < bytes.length) {
		const written = stream.write([bytes.subarray(at, at + 7), bytes.subarray(at + 7)]);
		assert.ok(written > 0, String(written));
		at += written;
	}
	fs.closeSync(again);
	fs.closeSync(fd);
	const chunks: Buffer[] = [];
	for await (const chunk of reader.stdout) chunks.push(chunk as Buffer);
	const expected = createHash("sha256").update(bytes).digest("hex");
	assert.equal(Buffer.concat(chunks).toString().slice(0, 64), expected);
});

test("writing where nobody reads is EPIPE", () => {
	const path = fifo("broken");
	const reader = fs.openSync(path, O_RDONLY | O_NONBLOCK);
	const fd = fs.openSync(path, O_WRONLY);
	fs.closeSync(reader);
	const stream = new DescriptorStream(fd, FileType.UNKNOWN, BOTH);
	assert.equal(stream.write([Buffer.from("x")]), -Errno.PIPE);
	fs.closeSync(fd);
});
