/** What a run or a service that is learnt from takes down, in the process that runs the guest. */
import { openSync, rmdirSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Denial, NetDenial } from "../../capability/denial.ts";
import type { KeyValueStores } from "../../sys/key-value.ts";
import { LearningDirectory, type PathCall, type PathSink } from "../../wasi/filesystem/learning.ts";
import { ReadOnlyDirectory } from "../../wasi/filesystem/readonly.ts";
import type { Mounted } from "../../wasi/filesystem/table.ts";
import type { Uses } from "../../wasi/uses.ts";
import { NAME_LENGTH_MAX, type Use, UseSet } from "./use.ts";

/** More of a path is not told in a comment. */
const WANTED_LENGTH_MAX = 200;

/** Where uses go to; false: it takes no more. */
export type Journal = (use: Use) => boolean;

/**
 * A journal in a file, written at once, so that a run that is killed has taught what it did until then.
 *
 * @param file in a folder of its own, made by who started this process; they have no names any more when the guest runs
 */
export function journalIn(file: string): Journal {
	const descriptor = openSync(file, "a");
	rmSync(file);
	rmdirSync(dirname(file));
	return (use) => {
		try {
			writeSync(descriptor, `${JSON.stringify(use)}\n`);
			return true;
		} catch {
			return false; // the disk is full: the guest goes on
		}
	};
}

/** Takes down each different use once. */
export class Learning implements Uses {
	readonly #openJournal: () => Journal;
	#journal: Journal = () => false;
	readonly #uses = new UseSet();
	#full = false;
	#begun = false;
	#component = false;

	/** @param journal to be opened where no other process takes the place of this one any more */
	constructor(journal: () => Journal) {
		this.#openJournal = journal;
	}

	/** The guest's world is being opened, in the process that runs it. */
	open(): void {
		this.#journal = this.#openJournal();
	}

	/** The guest starts: what was used before was ours. */
	begin(): void {
		this.#begun = true;
		this.#take({ type: "begun" });
	}

	/** What the host does by itself, between one guest and the next, is no use. */
	aside(act: () => void): void {
		const begun = this.#begun;
		this.#begun = false;
		try {
			act();
		} finally {
			this.#begun = begun;
		}
	}

	ofComponent(): void {
		this.#component = true;
	}

	mounts(mounted: readonly Mounted[]): readonly Mounted[] {
		return mounted.map(({ guest, what }) => {
			if (what.kind === "file-mount") {
				const directory = new LearningDirectory(what.directory, this.#wholeSink(guest));
				return { guest, what: { ...what, directory } };
			}
			const learning = new LearningDirectory(what, this.#pathSink(guest));
			// what is read-only has to be known as that: see readonly.ts
			return {
				guest,
				what: what instanceof ReadOnlyDirectory ? new ReadOnlyDirectory(learning) : learning,
			};
		});
	}

	env(env: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
		return new WatchedMap(env, () =>
			this.#take({
				type: "env",
				call: this.#component ? "get-environment" : "environ_get",
			}),
		);
	}

	config(config: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
		return new WatchedMap(config, (name) => {
			for (const one of name === undefined ? config.keys() : [name])
				if (config.has(one))
					this.#take({ type: "config", name: one, call: name === undefined ? "get-all" : "get" });
		});
	}

	stores(stores: KeyValueStores): KeyValueStores {
		return {
			...stores,
			open: (name) => {
				const store = stores.open(name);
				if (store !== undefined) this.#take({ type: "keyvalue", name, call: "open" });
				return store;
			},
		};
	}

	listened(call: string): void {
		this.#take({ type: "listeners", call });
	}

	net(need: NetDenial["need"], host: string, port: number, call: string): void {
		if (host.length <= NAME_LENGTH_MAX) this.#take({ type: "net", need, host, port, call });
	}

	denied(denial: Denial): void {
		this.#take({ type: "denied", denial });
	}

	#pathSink(mount: string): PathSink {
		// beneath "/" a path says itself where it is
		const shown = (wanted: string) => (mount === "/" || mount === "." ? wanted : `${mount}/${wanted}`);
		return {
			used: (path, use, call, wanted, ways) =>
				this.#take({
					type: "path",
					mount,
					path,
					use,
					call: this.#named(call),
					wanted: shown(wanted).slice(0, WANTED_LENGTH_MAX),
					...(ways === undefined ? {} : { ways }),
				}),
			missedAtTop: (wanted) => {
				if (mount === "/" && this.#begun && isThere(`/${wanted}`))
					this.#take({ type: "outside", path: `/${wanted}` });
			},
		};
	}

	/** Of a file that was granted by itself. */
	#wholeSink(mount: string): PathSink {
		return {
			used: (_path, use, call) => {
				const writes = use === "write" || use === "tree-write";
				const one = { use: writes ? "write" : "read", call: this.#named(call), wanted: mount } as const;
				this.#take({ type: "path", mount, path: [], ...one });
			},
			missedAtTop: () => {},
		};
	}

	/** As the guest's own interface calls it. */
	#named(call: PathCall): string {
		const [one, two, rest = ""] = CALLS[call];
		return `${this.#component ? two : one}${rest}`;
	}

	#take(use: Use): void {
		if (!this.#begun || this.#full) return;
		const what = this.#uses.add(use);
		if (what === "known") return;
		this.#full = !this.#journal(what === "new" ? use : { type: "full" }) || what === "full";
	}
}

/** Looking things up is what the second wall leaves. */
function isThere(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Tells when a map is read: a name, or all of it. */
class WatchedMap extends Map<string, string> {
	readonly #read: (name: string | undefined) => void;

	constructor(from: ReadonlyMap<string, string>, read: (name: string | undefined) => void) {
		super();
		this.#read = () => {};
		for (const [name, value] of from) super.set(name, value);
		this.#read = read;
	}

	override get(name: string): string | undefined {
		if (name.length <= NAME_LENGTH_MAX) this.#read(name);
		return super.get(name);
	}
	override [Symbol.iterator](): MapIterator<[string, string]> {
		this.#read(undefined);
		return super[Symbol.iterator]();
	}
	override entries(): MapIterator<[string, string]> {
		this.#read(undefined);
		return super.entries();
	}
}

const CALLS: Readonly<Record<PathCall, readonly [preview1: string, component: string, rest?: string]>> = {
	"open for reading": ["path_open", "open-at", " for reading"],
	"open for writing": ["path_open", "open-at", " for writing"],
	"open to make a file": ["path_open", "open-at", " to make a file"],
	"open a name that is not there": ["path_open", "open-at", " or stat of a name that is not there"],
	list: ["fd_readdir", "read-directory"],
	stat: ["path_filestat_get", "stat-at"],
	"set times": ["path_filestat_set_times", "set-times-at"],
	"make a directory": ["path_create_directory", "create-directory-at"],
	remove: ["path_unlink_file", "unlink-file-at", " or a removed directory"],
	"read a link": ["path_readlink", "readlink-at"],
	"make a link": ["path_link", "link-at", " or a symbolic link"],
	rename: ["path_rename", "rename-at"],
};
