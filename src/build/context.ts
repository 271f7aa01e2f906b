import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { UNPACKED_BYTES_MAX } from "../oci/limits.ts";

/** One thing in the folder that is built. */
export interface ContextEntry {
	/** Relative to the folder, `/` between names; the folder itself is "". */
	readonly path: string;
	readonly kind: "file" | "directory" | "link" | "other";
	/** Of a file. */
	readonly size_bytes: number;
	/** Whether anybody may execute the file. */
	readonly executable: boolean;
	/** Of a link: what it says. */
	readonly target?: string;
}

/** Whether something is taken: "look" takes a folder when something in it is taken. */
export type Take = (path: string, isFolder: boolean) => "in" | "out" | "look";

export interface ContextBounds {
	readonly entries: number;
	readonly depth: number;
}

/** What one image may be made of: as much as may be unpacked again (src/oci/limits.ts). */
const CONTEXT_BOUNDS: ContextBounds = { entries: 500_000, depth: 255 };

/** The folder of a build. Links are entries of their own: nothing here is reached through one. */
export class Context {
	/** Absolute. */
	readonly folder: string;
	readonly #entries: ReadonlyMap<string, ContextEntry>;
	#taken_bytes = 0;

	/** @throws Fault BUILD_FILE_INVALID when it holds more than `bounds`, or cannot be read */
	constructor(folder: string, take: Take, bounds = CONTEXT_BOUNDS) {
		this.folder = folder;
		this.#entries = new Map(walk(folder, take, bounds).map((entry) => [entry.path, entry]));
	}

	/** All, parents before children, in the order of their names' code units. */
	get entries(): Iterable<ContextEntry> {
		return this.#entries.values();
	}

	at(path: string): ContextEntry | undefined {
		return path === "" ? ROOT_ENTRY : this.#entries.get(path);
	}

	/** What lies below the folder `path`, parents before children. */
	below(path: string): readonly ContextEntry[] {
		const prefix = path === "" ? "" : `${path}/`;
		return [...this.#entries.values()].filter((entry) => entry.path.startsWith(prefix));
	}

	/**
	 * The entry at `path` when every link on the way is followed, the last too; `/` and `..` stop at
	 * the folder, as docker's COPY has them: what is outside cannot be named.
	 */
	follow(path: string): ContextEntry | undefined {
		const waiting = namesOf(path).toReversed();
		const at: string[] = [];
		for (let steps = 0; waiting.length > 0; steps++) {
			if (steps > STEPS_MAX) return undefined;
			const name = waiting.pop() ?? "";
			if (name === "..") at.pop();
			else at.push(name);
			const entry = this.at(at.join("/"));
			if (entry === undefined) return undefined;
			if (entry.target === undefined) continue;
			at.pop();
			if (entry.target.startsWith("/")) at.length = 0;
			waiting.push(...namesOf(entry.target).toReversed());
		}
		return this.at(at.join("/"));
	}

	/**
	 * The bytes of a file.
	 *
	 * @throws Fault FILE_UNREADABLE, also when it grew meanwhile; BUILD_FILE_INVALID when all that was read
	 * is more than an image holds
	 */
	read({ path, size_bytes }: ContextEntry): Uint8Array {
		this.#taken_bytes += size_bytes;
		if (this.#taken_bytes > UNPACKED_BYTES_MAX)
			throw tooMuch(
				this.folder,
				`with '${path}' it is more than the ${UNPACKED_BYTES_MAX} bytes that an image holds`,
			);
		const bytes = attempt(join(this.folder, path), (file) => readFileSync(file));
		if (bytes.length === size_bytes) return bytes;
		throw new Fault("FILE_UNREADABLE", `cannot take '${path}' into the image: it changes while it is read`);
	}
}

const ROOT_ENTRY: ContextEntry = { path: "", kind: "directory", size_bytes: 0, executable: true };

/** Names that a path through links may have: enough for any, and an end for those in a circle. */
const STEPS_MAX = 4096;

function namesOf(path: string): string[] {
	return path.split("/").filter((name) => name !== "" && name !== ".");
}

function walk(folder: string, take: Take, bounds: ContextBounds): readonly ContextEntry[] {
	const found: ContextEntry[] = [];
	const visit = (path: string, depth: number) => {
		if (depth > bounds.depth) throw tooMuch(folder, `folders in it are more than ${bounds.depth} deep`);
		for (const name of attempt(join(folder, path), (real) => readdirSync(real)).sort(byCodeUnits)) {
			const child = path === "" ? name : `${path}/${name}`;
			const stats = attempt(join(folder, child), (real) => lstatSync(real));
			const taken = take(child, stats.isDirectory());
			if (taken === "out") continue;
			if (found.length >= bounds.entries) throw tooMuch(folder, `it holds more than ${bounds.entries} files`);
			found.push(entryOf(folder, child, stats));
			if (!stats.isDirectory()) continue;
			const before = found.length;
			visit(child, depth + 1);
			if (taken === "look" && found.length === before) found.pop();
		}
	};
	visit("", 1);
	return found;
}

/** The order of JavaScript's own sort, the same under every locale. */
function byCodeUnits(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

const EXECUTABLE = 0o111;

function entryOf(folder: string, path: string, stats: Stats): ContextEntry {
	const executable = (stats.mode & EXECUTABLE) !== 0;
	if (stats.isFile()) return { path, kind: "file", size_bytes: stats.size, executable };
	if (stats.isDirectory()) return { path, kind: "directory", size_bytes: 0, executable: true };
	if (!stats.isSymbolicLink()) return { path, kind: "other", size_bytes: 0, executable };
	const target = attempt(join(folder, path), (real) => readlinkSync(real));
	return { path, kind: "link", size_bytes: 0, executable: true, target };
}

function attempt<Result>(path: string, act: (path: string) => Result): Result {
	try {
		return act(path);
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		throw new Fault("FILE_UNREADABLE", `cannot read '${path}' for the build`, {
			note: path.includes("\ufffd") ? "its name is not UTF-8" : `the system says ${code}`,
			cause,
		});
	}
}

function tooMuch(folder: string, note: string): Fault {
	return new Fault("BUILD_FILE_INVALID", `cannot take '${folder}' as the folder of a build`, {
		note,
		help: "name the project's own folder, or leave out what is not needed in .dockerignore",
	});
}
