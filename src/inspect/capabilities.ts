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

/**
 * What an import stands for. `module` and `name` are a core module's two names, or a component's interface and
 * function; `name` is empty where only the interface is known.
 */
export function capabilityOf(module: string, name: string): Asked {
	for (const { modules, names, ...asked } of ROWS) {
		const version = modules.exec(module)?.groups?.["version"];
		if (!modules.test(module) || (names !== undefined && !names.test(name))) continue;
		return { ...asked, host: version === undefined ? asked.host : `${asked.host} ${version}` };
	}
	return {
		capability: "another host",
		says: "calls functions of a host that is not known",
		grant: undefined,
		host: "unknown",
	};
}

interface Row extends Asked {
	readonly modules: RegExp;
	/** Undefined: all. */
	readonly names?: RegExp;
}

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

const script = (modules: RegExp, names: RegExp | undefined, says: string, host: string): Row => ({
	modules,
	...(names !== undefined && { names }),
	capability: "javascript",
	says,
	grant: undefined,
	host,
});

/** From the surest to the vaguest: the first that fits counts. */
const ROWS: readonly Row[] = [
	preview1(
		/^(?:path_|fd_(?:readdir|prestat|filestat|allocate|advise|sync|datasync|pread|pwrite|tell|seek|renumber))/,
		"files",
		"opens, reads, writes and removes files",
		"-v HOST:GUEST",
	),
	preview1(
		/^fd_/,
		"standard streams",
		"reads and writes open files and streams, the standard ones among them",
	),
	preview1(/^(?:environ|args)_/, "environment", "reads its arguments and variables", "-e NAME=VALUE"),
	preview1(/^sock_/, "network", "takes connections on listeners that it was given", "-p PORT:PORT"),
	preview1(/^clock_|^poll_oneoff$/, "clocks", "reads clocks and waits", "--clock"),
	preview1(/^random_/, "randomness", "gets random bytes", "--random"),
	preview1(/^proc_|^sched_/, "processes", "ends itself"),
	wasi("filesystem/[^@]*", "files", "opens, reads, writes and removes files", "-v HOST:GUEST"),
	wasi("cli/environment", "environment", "reads its arguments and variables", "-e NAME=VALUE"),
	wasi("cli/(?:exit|run)", "processes", "ends itself"),
	wasi(
		"cli/[^@]*|io/[^@]*",
		"standard streams",
		"reads and writes open files and streams, the standard ones among them",
	),
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
	{
		modules: /^wasi_ephemeral_nn$/,
		capability: "machine learning",
		says: "runs models of machine learning",
		grant: undefined,
		host: "wasi-nn",
	},
	{
		modules: /^wasi$/,
		names: /^thread-spawn$/,
		capability: "threads",
		says: "starts threads",
		grant: undefined,
		host: "wasi-threads",
	},
	script(
		/^(?:wbg|__wbindgen_.*|\.\/.*_bg(?:\.js|\.wasm)?)$/,
		undefined,
		"calls JavaScript that wasm-bindgen writes",
		"wasm-bindgen",
	),
	script(/^(?:gojs|go)$/, undefined, "calls JavaScript through Go's wasm_exec.js", "Go for JavaScript"),
	script(/^(?:env|emnapi|napi)$/, /^(?:napi_|emnapi_)/, "calls JavaScript by Node-API", "napi"),
	script(
		/^env$/,
		/^(?:emscripten_|_emscripten|__syscall_|invoke_|__cxa_|_embind|_emval|_tzset_js|_mmap_js|_munmap_js|__asyncjs)/,
		"calls the JavaScript that emscripten writes",
		"emscripten",
	),
	script(
		/^a$/,
		/^[A-Za-z0-9_$]{1,2}$/,
		"calls JavaScript under names that a minifier made",
		"emscripten, minified",
	),
	script(
		/^(?:rb-js-abi-host|canonical_abi)$/,
		undefined,
		"calls JavaScript through ruby.wasm's bridge",
		"ruby.wasm",
	),
	{
		modules: /^env$/,
		capability: "another host",
		says: "calls functions of a host of its own",
		grant: undefined,
		host: "env",
	},
];
