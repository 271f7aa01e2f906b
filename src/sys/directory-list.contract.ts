/** Listing directories: cookies, and entries that come and go meanwhile. */
import assert from "node:assert/strict";
import {
	assertErrno,
	assertOk,
	type Cases,
	entriesOf,
	got,
	namesIn,
	openDirectory,
	writeFile,
} from "./backend.contract.ts";
import type { Directory } from "./directory.ts";
import { Errno } from "./errno.ts";
import { FileType } from "./stat.ts";

const MANY = 300;

export const LIST_CASES: Cases = {
	"entries say what they are": ({ root }) => {
		assertOk(root.createDirectory("d"));
		writeFile(root, "f", "x");
		assertOk(root.symlink("d", "l"));
		const entries = new Map(entriesOf(root).map((entry) => [entry.name, entry]));
		assert.equal(entries.get("d")?.type, FileType.DIRECTORY);
		assert.equal(entries.get("f")?.type, FileType.REGULAR_FILE);
		assert.equal(entries.get("l")?.type, FileType.SYMBOLIC_LINK);
		for (const [name, entry] of entries) assert.equal(entry.inode, got(root.statAt(name, false)).inode);
	},
	"the dots come once each and are directories": ({ root }) => {
		assertOk(root.createDirectory("d"));
		const inner = openDirectory(root, "d");
		const dots: string[] = [];
		assertOk(
			inner.list(0n, (entry) => {
				assert.equal(entry.type, FileType.DIRECTORY);
				if (entry.name === ".") assert.equal(entry.inode, got(inner.stat()).inode);
				return dots.push(entry.name) > 0;
			}),
		);
		assert.deepEqual(dots.sort(), [".", ".."]);
		inner.close();
	},
	"listing stops when it is told to, and goes on behind any entry": ({ root }) => {
		fill(root, 20);
		const all = allEntries(root);
		assert.equal(all.length, 22);
		for (const [index, entry] of all.entries()) {
			assert.notEqual(entry.next, 0n);
			assert.deepEqual(allEntries(root, entry.next), all.slice(index + 1));
		}
		let calls = 0;
		assertOk(
			root.list(0n, () => {
				calls += 1;
				return calls < 3;
			}),
		);
		assert.equal(calls, 3);
	},
	"one who goes on from cookie to cookie sees each entry once": ({ root }) => {
		fill(root, MANY);
		assert.deepEqual(step(root, 7).sort(), [".", "..", ...namesIn(root)].sort());
	},
	"entries that stay are seen once though others are removed meanwhile": ({ root }) => {
		fill(root, MANY);
		const seen = step(root, 10, (index) => {
			for (const name of [`n${index}`, `n${MANY - 1 - index}`])
				if (Number(name.slice(1)) % 3 !== 0) root.unlink(name);
		});
		const stayed = namesIn(root);
		assert.ok(stayed.length >= MANY / 3);
		for (const name of stayed) assert.equal(seen.filter((other) => other === name).length, 1, name);
	},
	"all that was listed can be removed while listing goes on": ({ root }) => {
		fill(root, MANY);
		let from = 0n;
		for (let entries = next(root, from, 16); entries.length > 0; entries = next(root, from, 16)) {
			from = entries.at(-1)?.next ?? 0n;
			for (const { name } of entries) if (name.startsWith("n")) assertOk(root.unlink(name));
		}
		assert.deepEqual(namesIn(root), []);
	},
	"entries that stay are seen once though others are made meanwhile": ({ root }) => {
		fill(root, 100);
		const seen = step(root, 10, (index) => {
			if (index < 200) writeFile(root, `more${index}`, "");
		});
		for (let index = 0; index < 100; index++)
			assert.equal(seen.filter((name) => name === `n${index}`).length, 1);
	},
	"a cookie outlives its entry": ({ root }) => {
		fill(root, 10);
		const all = allEntries(root);
		const fifth = all[4];
		assert.ok(fifth !== undefined);
		if (fifth.name.startsWith("n")) assertOk(root.unlink(fifth.name));
		assert.deepEqual(
			allEntries(root, fifth.next).map((entry) => entry.name),
			all.slice(5).map((entry) => entry.name),
		);
	},
	"a cookie that was never given does no harm": ({ root }) => {
		fill(root, 3);
		for (const cookie of [1n, 2n, 3n, 12345678901n, 2n ** 31n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
			let calls = 0;
			root.list(cookie, () => (calls += 1) < 100);
			assert.ok(calls <= 5);
		}
	},
	"a directory is empty again when all was removed": ({ root }) => {
		assertOk(root.createDirectory("d"));
		const inner = openDirectory(root, "d");
		fill(inner, 50);
		assertErrno(root.removeDirectory("d"), Errno.NOTEMPTY);
		for (const name of namesIn(inner)) assertOk(inner.unlink(name));
		assert.deepEqual(namesIn(inner), []);
		inner.close();
		assertOk(root.removeDirectory("d"));
	},
};

function fill(directory: Directory, count: number): void {
	for (let index = 0; index < count; index++) writeFile(directory, `n${index}`, "");
}

interface Seen {
	readonly name: string;
	readonly next: bigint;
}

function next(directory: Directory, from: bigint, count_max: number): Seen[] {
	const entries: Seen[] = [];
	assertOk(directory.list(from, (entry) => entries.push({ name: entry.name, next: entry.next }) < count_max));
	return entries;
}

function allEntries(directory: Directory, from = 0n): Seen[] {
	return next(directory, from, Number.POSITIVE_INFINITY);
}

/** Lists `count` entries at a time, and after each time does `meanwhile`. */
function step(directory: Directory, count: number, meanwhile?: (index: number) => void): string[] {
	const seen: string[] = [];
	let from = 0n;
	for (
		let entries = next(directory, from, count);
		entries.length > 0;
		entries = next(directory, from, count)
	) {
		seen.push(...entries.map((entry) => entry.name));
		from = entries.at(-1)?.next ?? 0n;
		meanwhile?.(seen.length);
	}
	return seen;
}
