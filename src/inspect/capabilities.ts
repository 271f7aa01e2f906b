import { FOREIGN_ROWS } from "./foreign-hosts.ts";
import type { Capability } from "./report.ts";

/** What an import asks a host for. */
export interface Asked {
	readonly capability: Capability;
	/** In plain words, for all imports of this kind together. */
	readonly says: string;
	/** What grants it in `wherry run`; undefined: it needs none, or there is none. */
	readonly grant: string | undefined;
	/** Whose interface it is: `wasi preview1`, `emscripten`. */
	readonly host: string;
}

/** Imports of these modules and names ask for the same. */
export interface Row extends Asked {
	readonly modules: RegExp;
	/** Undefined: all. */
	readonly names?: RegExp;
}

/**
 * What an import stands for. `module` and `name` are a core module's two names, or a component's interface and
 * function; `name` is empty where only the interface is known.
 */
export function capabilityOf(module: string, name: string): Asked {
	const plain = module.replace(MANGLED, "");
	for (const row of ROWS) {
		const match = row.modules.exec(plain);
		if (match === null || row.names?.test(name) === false) continue;
		const version = match.groups?.["version"];
		const { capability, says, grant, host } = row;
		return { capability, says, grant, host: version === undefined ? host : `${host} ${version}` };
	}
	return UNKNOWN;
}

/** How some toolchains mark a component's names in its core (build targets of the Component Model). */
const MANGLED = /^cm32p2\|/;

const UNKNOWN: Asked = {
	capability: "another host",
	says: "calls functions of a host that is not known",
	grant: undefined,
	host: "an unknown host",
};

const PREVIEW1 = /^wasi_(?:snapshot_preview1|unstable)$/;
const preview1 = (names: RegExp, capability: Capability, says: string, grant?: string): Row => ({
	modules: PREVIEW1,
	names,
	capability,
	says,
	grant,
	host: "wasi preview1",
});

/** An interface of a package of WASI, with its version. */
const wasi = (packages: string, capability: Capability, says: string, grant?: string): Row => ({
	modules: new RegExp(`^wasi:(?:${packages})(?:@(?<version>[0-9][0-9A-Za-z.+-]*))?$`),
	capability,
	says,
	grant,
	host: "wasi",
});

const FILES = "opens, reads, writes and removes files";
const STREAMS = "reads and writes open files and streams, the standard ones among them";

/** From the surest to the vaguest: the first that fits counts. */
const ROWS: readonly Row[] = [
	// without one of these a program has no other files than the streams that it was started with
	preview1(/^(?:path_|fd_readdir$|fd_prestat_)/, "files", FILES, "-v HOST:GUEST"),
	preview1(/^fd_/, "standard streams", STREAMS),
	preview1(/^(?:environ|args)_/, "environment", "reads its arguments and variables", "-e NAME=VALUE"),
	preview1(
		/^sock_(?:accept|recv|send|shutdown)$/,
		"network",
		"takes connections on listeners that it was given",
		"-p PORT:PORT",
	),
	preview1(/^sock_/, "network", "connects, listens, and looks up names, by an extension of preview1"),
	preview1(/^clock_|^poll_oneoff$/, "clocks", "reads clocks and waits", "--clock"),
	preview1(/^random_/, "randomness", "gets random bytes", "--random"),
	preview1(/^proc_|^sched_/, "processes", "ends itself"),
	wasi("filesystem/[^@]*", "files", FILES, "-v HOST:GUEST"),
	wasi("cli/environment", "environment", "reads its arguments and variables", "-e NAME=VALUE"),
	wasi("cli/(?:exit|run)", "processes", "ends itself"),
	wasi("cli/[^@]*|io/[^@]*", "standard streams", STREAMS),
	wasi("sockets/[^@]*", "network", "connects, listens, and looks up names", "--net connect=HOST:PORT"),
	wasi("http/(?:outgoing-handler|client)", "http", "sends requests by HTTP", "--net connect=HOST:PORT"),
	wasi("http/[^@]*", "http", "handles messages of HTTP"),
	wasi("clocks/[^@]*", "clocks", "reads clocks and waits", "--clock"),
	wasi("random/[^@]*", "randomness", "gets random bytes", "--random"),
	wasi("keyvalue/[^@]*", "key-value stores", "opens key-value stores by name", "--keyvalue NAME"),
	wasi("config/[^@]*", "configuration", "reads its configuration", "--config NAME=VALUE"),
	wasi("logging/[^@]*", "logging", "logs", "--log-level LEVEL"),
	wasi("nn/[^@]*", "machine learning", "runs models of machine learning"),
	wasi("threads?/[^@]*", "threads", "starts threads"),
	wasi("[^@]*", "another host", "asks for an interface of WASI that wherry does not have"),
	...FOREIGN_ROWS,
];
