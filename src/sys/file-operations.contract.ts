/** Random sequences of operations, and two backends that must answer alike. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { answerName, bytes, type DirectoryBackend, entriesOf, READ, treeOf } from "./backend.contract.ts";
import type { Directory, OpenOptions } from "./directory.ts";
import { Errno } from "./errno.ts";
import type { File } from "./file.ts";
import { FileType, type Stat } from "./stat.ts";

/** Where a handle is kept, and where an operation looks for one. Slot 0 of the directories is the root. */
type Slot = 0 | 1 | 2;

/** `on` and `to` are directories that were opened before; where there is none, the root. */
export type Operation = DirectoryOperation | FileOperation;

type DirectoryOperation =
	| { readonly do: "open"; on: Slot; path: string; options: OpenOptions; into: Slot }
	| { readonly do: "stat"; on: Slot; path: string; follow: boolean }
	| { readonly do: "createDirectory" | "removeDirectory" | "unlink" | "readLink"; on: Slot; path: string }
	| { readonly do: "symlink"; on: Slot; path: string; target: string }
	| { readonly do: "link"; on: Slot; path: string; follow: boolean; to: Slot; toPath: string }
	| { readonly do: "rename"; on: Slot; path: string; to: Slot; toPath: string }
	| { readonly do: "list"; on: Slot };

type FileOperation =
	| { readonly do: "read"; file: Slot; at: number; length: number }
	| { readonly do: "write"; file: Slot; at: number; text: string }
	| { readonly do: "append"; file: Slot; text: string }
	| { readonly do: "truncate" | "allocate"; file: Slot; at: number };

const slot: fc.Arbitrary<Slot> = fc.constantFrom(0, 1, 2);
const name = fc.constantFrom("a", "b", "__proto__");
const component = fc.oneof(
	{ weight: 8, arbitrary: name },
	{ weight: 1, arbitrary: fc.constantFrom(".", "..") },
);
const path = fc
	.tuple(
		fc.oneof(
			{ weight: 6, arbitrary: fc.tuple(component) },
			{ weight: 3, arbitrary: fc.tuple(component, component) },
			{ weight: 1, arbitrary: fc.array(component, { minLength: 3, maxLength: 5 }) },
		),
		fc.constantFrom("", "", "", "", "", "", "/", "//"),
		fc.constantFrom("/", "/", "//"),
	)
	.map(([components, end, separator]) => components.join(separator) + end);
const target = fc.oneof(
	{ weight: 8, arbitrary: path },
	{ weight: 2, arbitrary: path.map((inner) => `../${inner}`) },
	{ weight: 1, arbitrary: path.map((outer) => `/${outer}`) },
);
const text = fc.constantFrom("x", "hello", "0123456789".repeat(30));
const offset = fc.constantFrom(0, 1, 5, 299, 4096, 65_530);
const options: fc.Arbitrary<OpenOptions> = fc
	.record({
		follow: fc.boolean(),
		directory: fc.boolean(),
		create: fc.boolean(),
		exclusive: fc.boolean(),
		truncate: fc.boolean(),
		write: fc.boolean(),
	})
	// nobody asks to truncate what is not to be written
	.map((flags) => Object.assign(flags, { ...READ, ...flags, write: flags.write || flags.truncate }));
const make: fc.Arbitrary<OpenOptions> = fc.constant({ ...READ, create: true, write: true });

const operation: fc.Arbitrary<Operation> = fc.oneof(
	fc.record({ do: fc.constant("open"), on: slot, path, options: fc.oneof(options, make), into: slot }),
	fc.record({ do: fc.constant("stat"), on: slot, path, follow: fc.boolean() }),
	fc.record({ do: fc.constant("createDirectory"), on: slot, path }),
	fc.record({ do: fc.constantFrom("removeDirectory", "unlink", "readLink"), on: slot, path }),
	fc.record({ do: fc.constant("symlink"), on: slot, path, target }),
	fc.record({ do: fc.constant("link"), on: slot, path, follow: fc.boolean(), to: slot, toPath: path }),
	fc.record({ do: fc.constant("rename"), on: slot, path, to: slot, toPath: path }),
	fc.record({ do: fc.constant("list"), on: slot }),
	fc.record({ do: fc.constant("read"), file: slot, at: offset, length: fc.constantFrom(0, 3, 500) }),
	fc.record({ do: fc.constant("write"), file: slot, at: offset, text }),
	fc.record({ do: fc.constant("append"), file: slot, text }),
	fc.record({ do: fc.constantFrom("truncate", "allocate"), file: slot, at: offset }),
);

/** Sequences to try; they begin with a small tree, so that there is something to trip over. */
export const operations: fc.Arbitrary<Operation[]> = fc
	.array(operation, { minLength: 1, maxLength: 100, size: "max" })
	.map((random) => START.concat(random));

const START: readonly Operation[] = [
	{ do: "createDirectory", on: 0, path: "a" },
	{ do: "createDirectory", on: 0, path: "a/b" },
	{ do: "open", on: 0, path: "a/b/a", options: { ...READ, create: true, write: true }, into: 1 },
	{ do: "write", file: 1, at: 0, text: "start" },
	{ do: "symlink", on: 0, path: "b", target: "a/b" },
	{ do: "symlink", on: 0, path: "a/__proto__", target: "../b/" },
	{ do: "open", on: 0, path: "a/b", options: { ...READ, directory: true }, into: 1 },
];

/**
 * Runs random sequences on a backend and on the model, and holds the first to the second: each
 * operation answers the same, and in the end there is the same tree.
 */
export function checkAgainstModel(
	makeModel: () => DirectoryBackend,
	makeOther: () => DirectoryBackend,
	parameters: fc.Parameters<[Operation[]]> = {},
): void {
	fc.assert(
		fc.property(operations, (sequence) => {
			const model = new Player(makeModel());
			const other = new Player(makeOther());
			try {
				for (const [index, step] of sequence.entries())
					assert.equal(other.play(step), model.play(step), `step ${index}: ${JSON.stringify(step)}`);
				assert.equal(other.tree(), model.tree());
			} finally {
				model.end();
				other.end();
			}
		}),
		parameters,
	);
}

/** Plays operations on a backend, and tells what came of each as a line of text. */
export class Player {
	readonly #backend: DirectoryBackend;
	readonly #directories: (Directory | undefined)[] = [];
	readonly #files: (File | undefined)[] = [];

	constructor(backend: DirectoryBackend) {
		this.#backend = backend;
	}

	play(step: Operation): string {
		if ("file" in step) return this.#playOnFile(step);
		const directory = this.#directory(step.on);
		switch (step.do) {
			case "open":
				return this.#open(directory, step.path, step.options, step.into);
			case "stat":
				return statLine(directory.statAt(step.path, step.follow));
			case "createDirectory":
			case "removeDirectory":
			case "unlink":
				return answerName(directory[step.do](step.path));
			case "readLink":
				return lineOf(directory.readLink(step.path));
			case "symlink":
				return answerName(directory.symlink(step.target, step.path));
			case "link":
				return linkLine(directory, step, this.#directory(step.to));
			case "rename":
				return answerName(directory.rename(step.path, this.#directory(step.to), step.toPath));
			case "list":
				return listLine(directory);
		}
	}

	tree(): string {
		return treeOf(this.#backend.root);
	}

	end(): void {
		for (const handle of [...this.#directories, ...this.#files]) handle?.close();
		this.#backend.dispose();
	}

	#directory(from: Slot): Directory {
		return this.#directories[from] ?? this.#backend.root;
	}

	#open(directory: Directory, at: string, how: OpenOptions, into: Slot): string {
		const opened = directory.open(at, how);
		if (typeof opened === "number") return refusalLine(opened, how);
		if (opened.kind === "file") {
			this.#files[into]?.close();
			this.#files[into] = opened;
		} else if (into === 0) {
			opened.close();
		} else {
			this.#directories[into]?.close();
			this.#directories[into] = opened;
		}
		return opened.kind;
	}

	#playOnFile(step: FileOperation): string {
		const file = this.#files[step.file];
		if (file === undefined) return "no file";
		switch (step.do) {
			case "read": {
				const into = new Uint8Array(step.length).fill(0x3f);
				return `${countLine(file.read([into], step.at))} ${new TextDecoder().decode(into)}`;
			}
			case "write":
				return countLine(file.write([bytes(step.text)], step.at));
			case "append":
				return countLine(file.append([bytes(step.text)]));
			case "truncate":
				return answerName(file.truncate(step.at));
			case "allocate":
				return answerName(file.allocate(step.at, 100));
		}
	}
}

function countLine(count: number): string {
	return count < 0 ? answerName(-count as Errno) : `${count} bytes`;
}

function lineOf(answer: string | Errno): string {
	return typeof answer === "string" ? `-> ${answer}` : answerName(answer);
}

/** Where a link's target demands a directory no file is made; which reason comes first matters to nobody. */
function refusalLine(answer: Errno, { create }: OpenOptions): string {
	return create && NOT_MADE.has(answer) ? "not made" : answerName(answer);
}

const NOT_MADE: ReadonlySet<Errno> = new Set([Errno.NOTDIR, Errno.LOOP, Errno.ISDIR, Errno.NOTCAPABLE]);

/** Where both paths are wrong, either may be what is complained of. */
function linkLine(
	directory: Directory,
	{ path: from, follow, toPath }: DirectoryOperation & { do: "link" },
	to: Directory,
): string {
	const isThere = typeof directory.statAt(from, follow) !== "number";
	const answer = directory.link(from, follow, to, toPath);
	return isThere || answer === Errno.SUCCESS ? answerName(answer) : "refused";
}

/** Of a directory only that it is one: its size and links are each file system's own affair. */
function statLine(stat: Stat | Errno): string {
	if (typeof stat === "number") return answerName(stat);
	if (stat.type === FileType.DIRECTORY) return "directory";
	return `type ${stat.type} size ${stat.size_bytes} links ${stat.links}`;
}

/** A directory that was removed may refuse to be listed or list nothing. */
function listLine(directory: Directory): string {
	if (directory.list(0n, () => false) !== Errno.SUCCESS) return "";
	return entriesOf(directory)
		.map((entry) => `${entry.name}:${entry.type}`)
		.sort()
		.join(" ");
}
