/** Where a component is entered: an export of one of WASI's worlds. */
export interface Entry {
	readonly track: "0.2" | "0.3";
	/** As the component exports it, with its version. */
	readonly interfaceName: string;
	/** The function to call in it. */
	readonly name: string;
}

/** `command`: run once, with arguments and an exit status. `service`: called for each request. */
export type Purpose = "command" | "service";

interface Row {
	readonly purpose: Purpose;
	readonly track: Entry["track"];
	readonly path: string;
	readonly name: string;
}

/**
 * In order of preference: Rust's programs for 0.3 export `run` of both, and theirs of 0.2 only traps. A release candidate
 * of a version is not that version: its interfaces were others.
 */
const ENTRIES: readonly Row[] = [
	{ purpose: "command", track: "0.3", path: "wasi:cli/run", name: "run" },
	{ purpose: "command", track: "0.2", path: "wasi:cli/run", name: "run" },
	{ purpose: "service", track: "0.3", path: "wasi:http/handler", name: "handle" },
	{ purpose: "service", track: "0.2", path: "wasi:http/incoming-handler", name: "handle" },
];

/**
 * The entry that a component has for this purpose; undefined: none. One with no entry at all is a library.
 *
 * @param exports as in `Linked.exports`
 */
export function entryOf(exports: readonly string[], purpose: Purpose): Entry | undefined {
	for (const row of ENTRIES) {
		if (row.purpose !== purpose) continue;
		const interfaceName = exports.find((name) => isOf(name, row));
		if (interfaceName !== undefined) return { track: row.track, interfaceName, name: row.name };
	}
	return undefined;
}

function isOf(name: string, { path, track }: Row): boolean {
	return name.startsWith(`${path}@${track}.`) && /^\d+$/.test(name.slice(path.length + track.length + 2));
}
