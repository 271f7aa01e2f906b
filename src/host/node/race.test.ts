/**
 * Another process swaps names in a tight loop while a backend works beneath: it must meet one or the
 * other, never the outside.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CREATE, READ, WRITE } from "../../sys/backend.contract.ts";
import type { Directory } from "../../sys/directory.ts";
import { Errno } from "../../sys/errno.ts";
import { openDirectoryBy, resolution } from "./directory.ts";

const ROUNDS = 2000;
/** A swapper that nobody ends any more ends itself. */
const SWAPPER = `
	const { renameSync } = require("node:fs");
	const [place, ...others] = process.argv.slice(1);
	process.stdout.write("swapping");
	const end = Date.now() + 60_000;
	while (Date.now() < end) {
		for (const other of others) {
			renameSync(place, place + ".aside");
			renameSync(other, place);
			renameSync(place, other);
			renameSync(place + ".aside", place);
		}
	}`;

async function swap(place: string, ...others: string[]): Promise<ChildProcess> {
	const child = spawn(process.execPath, ["-e", SWAPPER, place, ...others], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(child.stdout, "data");
	return child;
}

async function end(child: ChildProcess): Promise<void> {
	const exited = once(child, "exit");
	child.kill("SIGKILL");
	await exited;
}

interface World {
	readonly inside: string;
	readonly outside: string;
	/** Ended with the test, however it ends. */
	readonly children: ChildProcess[];
}

async function inWorld(act: (world: World) => Promise<void>): Promise<void> {
	const place = fs.mkdtempSync(join(tmpdir(), "wherry-race-"));
	const world: World = { inside: join(place, "inside"), outside: join(place, "outside"), children: [] };
	for (const folder of [world.inside, world.outside]) {
		fs.mkdirSync(join(folder, "sub"), { recursive: true });
		fs.writeFileSync(join(folder, "sub/f"), folder === world.inside ? "inside" : "outside");
	}
	try {
		await act(world);
	} finally {
		for (const child of world.children) child.kill("SIGKILL");
		fs.rmSync(place, { recursive: true, force: true });
	}
}

function read(root: Directory, path: string): string | undefined {
	const opened = root.open(path, READ);
	if (typeof opened === "number") return undefined;
	assert.equal(opened.kind, "file");
	const bytes = Buffer.alloc(100);
	const size_bytes = opened.kind === "file" ? opened.read([bytes], 0) : 0;
	opened.close();
	return bytes.toString("utf8", 0, size_bytes);
}

const skip = resolution() === "kernel" ? false : "for the backends of Linux";

for (const way of ["kernel", "descriptors"] as const) {
	test(`a directory that becomes a link, by ${way}`, { skip, timeout: 60_000 }, () =>
		inWorld(async ({ inside, outside, children }) => {
			fs.symlinkSync("../outside/sub", join(inside, "link"));
			const before = fs.statSync(join(outside, "sub"), { bigint: true });
			const child = await swap(join(inside, "sub"), join(inside, "link"));
			children.push(child);
			const root = openDirectoryBy(way, inside);
			const seen = { read: 0, refused: 0 };
			for (let round = 0; round < ROUNDS; round++) {
				const text = read(root, "sub/f");
				if (text === undefined) seen.refused += 1;
				else seen.read += 1;
				assert.ok(text === undefined || text === "inside", String(text));
				const stat = root.statAt("sub/f", true);
				assert.ok(typeof stat === "number" || stat.size_bytes === 6n);
				const made = root.open(`sub/new${round}`, CREATE);
				if (typeof made !== "number") made.close();
				root.createDirectory(`sub/d${round}`);
				root.symlink("f", `sub/l${round}`);
				root.setTimesAt("sub/f", true, 1n, 1n);
				root.unlink(`sub/l${round}`);
				root.rename(`sub/new${round}`, root, `sub/moved${round}`);
			}
			await end(child);
			root.close();
			assert.deepEqual(fs.readdirSync(join(outside, "sub")), ["f"]);
			assert.equal(fs.statSync(join(outside, "sub"), { bigint: true }).mtimeNs, before.mtimeNs);
			assert.ok(fs.statSync(join(outside, "sub/f")).mtimeMs > 1000);
			// else nothing was raced
			assert.ok(seen.read > 0 && seen.refused > 0, JSON.stringify(seen));
		}),
	);

	test(`a file that becomes a FIFO and a link, by ${way}`, { skip, timeout: 60_000 }, () =>
		inWorld(async ({ inside, outside, children }) => {
			const sub = join(inside, "sub");
			assert.equal(spawnSync("mkfifo", [join(sub, "fifo")]).status, 0);
			fs.symlinkSync("../../outside/sub/f", join(sub, "link"));
			// a host's process that waits at the FIFO is let go by whoever opens the other end
			const reached = join(outside, "reached");
			const waiting = spawn("sh", ["-c", `echo x > '${join(sub, "fifo")}'; : > '${reached}'`]);
			const child = await swap(join(sub, "f"), join(sub, "fifo"), join(sub, "link"));
			children.push(child, waiting);
			const root = openDirectoryBy(way, inside);
			for (let round = 0; round < ROUNDS; round++) {
				const text = read(root, "sub/f");
				assert.ok(text === undefined || text === "inside" || text === "", String(text));
				for (const options of [WRITE, CREATE, { ...WRITE, follow: false }, { ...CREATE, truncate: true }]) {
					const opened = root.open("sub/f", options);
					if (typeof opened === "number") continue;
					assert.equal(opened.kind, "file");
					if (opened.kind === "file") opened.write([Buffer.from("inside")], 0);
					opened.close();
				}
			}
			await end(child);
			await end(waiting);
			root.close();
			assert.equal(fs.existsSync(reached), false);
			assert.equal(fs.readFileSync(join(outside, "sub/f"), "utf8"), "outside");
		}),
	);

	test(`hundreds of \`..\` while others rename, by ${way}`, { skip, timeout: 60_000 }, () =>
		inWorld(async ({ inside, outside, children }) => {
			fs.symlinkSync("sub/../sub", join(inside, "link"));
			// anywhere on the machine
			for (const name of ["a", "b"]) {
				for (const side of ["", "2"]) fs.mkdirSync(join(outside, name + side));
				children.push(await swap(join(outside, name), join(outside, `${name}2`)));
			}
			const root = openDirectoryBy(way, inside);
			const upAndDown = "sub/../".repeat(500);
			for (let round = 0; round < 100; round++) {
				assert.equal(read(root, `${upAndDown}link/f`), "inside");
				assert.equal(root.open(`${upAndDown}../outside/f`, READ), Errno.NOTCAPABLE);
				assert.equal(root.rename(`${upAndDown}sub/f`, root, `${upAndDown}link/g`), Errno.SUCCESS);
				assert.equal(root.rename(`${upAndDown}sub/g`, root, `${upAndDown}sub/f`), Errno.SUCCESS);
				const made = root.open(`${upAndDown}new`, CREATE);
				assert.ok(typeof made !== "number");
				made.close();
				assert.equal(root.unlink(`${upAndDown}new`), Errno.SUCCESS);
				assert.equal(root.readLink(`${upAndDown}link`), "sub/../sub");
				const listed = root.open(`${upAndDown}link`, { ...READ, directory: true });
				assert.ok(typeof listed !== "number");
				listed.close();
			}
			root.close();
		}),
	);
}
