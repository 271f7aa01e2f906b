import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import { parseClock, parseRandom } from "../capability/clock.ts";
import { type EnvWord, parseEnv } from "../capability/env.ts";
import type { KeyValueGrant, Mount, NetRule } from "../capability/grants.ts";
import { parseWorkdir } from "../capability/guest-path.ts";
import { parseLimit, parseUlimit } from "../capability/limit-words.ts";
import type { Limits } from "../capability/limits.ts";
import { parseMount } from "../capability/mount-csv.ts";
import { parseDir, parseTmpfs, parseVolume } from "../capability/mounts.ts";
import { netVerbs, parseAddHost, parseNetRule, parsePublish } from "../capability/net.ts";
import { LOG_LEVELS, parseConfig, parseKeyValue, parseLogLevel } from "../capability/services.ts";
import type { Wishes } from "../capability/wishes.ts";
import { COMMON_FLAGS, type CommonDraft } from "./common-flags.ts";
import { DOCKER_FLAGS, networkRefused } from "./docker-flags.ts";
import type { Flag } from "./flags.ts";
import type { ImageOptions, RunOptions } from "./run-options.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the flags of `wherry run` write into while they are read. */
export interface RunDraft extends CommonDraft {
	/** The grants and limits; its lists are filled in place. */
	readonly wishes: Mutable<Omit<Wishes, "mounts" | "env" | "net" | "config" | "keyvalue" | "limits">> & {
		readonly mounts: Mount[];
		readonly env: EnvWord[];
		readonly net: NetRule[];
		readonly config: (readonly [string, string])[];
		readonly keyvalue: KeyValueGrant[];
		limits: Partial<Limits>;
	};
	readonly envFiles: string[];
	readonly policies: string[];
	/** The file that what is used is written to. */
	learn: string | undefined;
	readonly learnFrom: string[];
	readonly learnNet: string[];
	readonly learnEnv: string[];
	/** What was accepted but does not do what it says: told on standard error. */
	readonly notes: string[];
	printPolicy: "toml" | "json" | undefined;
	readonly tlsCa: string[];
	argv0: string | undefined;
	invoke: string | undefined;
	traceWasi: boolean;
	isolation: RunOptions["isolation"];
	unknownImports: RunOptions["unknownImports"];
	readonly image: Mutable<Omit<ImageOptions, "insecure" | "readOnly" | "policies" | "beyond">> & {
		readonly insecure: string[];
	};
}

/** The draft before any flag: nothing granted. */
export function emptyRunDraft(): RunDraft {
	return {
		wishes: { mounts: [], env: [], net: [], config: [], keyvalue: [], limits: {} },
		envFiles: [],
		policies: [],
		learn: undefined,
		learnFrom: [],
		learnNet: [],
		learnEnv: [],
		notes: [],
		printPolicy: undefined,
		tlsCa: [],
		argv0: undefined,
		invoke: undefined,
		traceWasi: false,
		isolation: "auto",
		unknownImports: "refuse",
		image: {
			entrypoint: undefined,
			pull: "missing",
			platform: undefined,
			locked: false,
			trustPolicy: undefined,
			insecure: [],
			quiet: false,
		},
		format: "text",
		debug: false,
		help: false,
	};
}

const FILES = "Files (a guest sees none)";
const VALUES = "Input and variables (a guest has none)";
const NETWORK = "Network (a guest has none)";
const SERVICES = "Services for components (they have none)";
const REPEATABLE = "Time and chance";
const LIMITS = "Limits";
const IMAGES = "Images";
const PROGRAM = "How the program runs";
const POLICY = "Policies";

const limit = (name: keyof Limits) => (draft: RunDraft, text: string, where: string) => {
	const [flag = ""] = where.split(" ", 1);
	draft.wishes.limits = { ...draft.wishes.limits, [name]: parseLimit(name, text, flag) };
};

/** Every flag of `wherry run`. */
export const RUN_FLAGS: readonly Flag<RunDraft>[] = [
	{
		long: "volume",
		short: "v",
		value: "HOST:GUEST[:ro|rw]",
		completes: "file",
		group: FILES,
		doc: "Grant a directory or file of the host",
		apply: (draft, text, where) => draft.wishes.mounts.push(parseVolume(text, { where })),
	},
	{
		long: "mount",
		value: "type=bind|tmpfs,...",
		group: FILES,
		doc: "Grant a mount, as docker spells it: source=, target=, readonly, tmpfs-size=",
		apply: (draft, text, where) => draft.wishes.mounts.push(parseMount(text, { where })),
	},
	{
		long: "dir",
		value: "HOST[::GUEST]",
		completes: "directory",
		group: FILES,
		doc: "Grant a directory or file, as wasmtime spells it; also HOST:GUEST[:ro|rw]",
		apply: (draft, text, where) => draft.wishes.mounts.push(parseDir(text, { where })),
	},
	{
		long: "tmpfs",
		value: "GUEST[:size=SIZE,ro]",
		group: FILES,
		doc: "Grant an empty directory in memory, of 64m unless said otherwise",
		apply: (draft, text, where) => draft.wishes.mounts.push(parseTmpfs(text, { where })),
	},
	{
		long: "workdir",
		short: "w",
		value: "GUEST",
		group: FILES,
		doc: "The guest's working directory, within what is granted",
		apply: (draft, text) => (draft.wishes.workdir = parseWorkdir(text)),
	},
	{
		long: "read-only",
		group: FILES,
		doc: "Make every mount but tmpfs read-only, whatever it says itself",
		apply: (draft, value) => (draft.wishes.readOnly = value === "true"),
	},
	{
		long: "interactive",
		short: "i",
		group: VALUES,
		doc: "Let the guest read standard input from a terminal (redirected input it always reads)",
		apply: (draft, value) => (draft.wishes.stdin = value === "true" ? "open" : "auto"),
	},
	{
		long: "tty",
		short: "t",
		group: VALUES,
		doc: "Tell the guest that it talks to a terminal, and set TERM",
		apply: (draft, value) => (draft.wishes.terminal = value === "true"),
	},
	{
		long: "env",
		short: "e",
		value: "NAME[=VALUE]",
		group: VALUES,
		doc: "Set a variable; NAME alone copies yours when it is set",
		apply: (draft, text) => draft.wishes.env.push(parseEnv(text)),
	},
	{
		long: "env-file",
		value: "FILE",
		completes: "file",
		group: VALUES,
		doc: "Set the variables of a file, one NAME=VALUE a line; --env goes before it",
		apply: (draft, text) => draft.envFiles.push(text),
	},
	{
		long: "publish",
		short: "p",
		value: "[ADDRESS:]PORT:GUESTPORT",
		group: NETWORK,
		doc: "Grant a listener, on 127.0.0.1 unless an address is given",
		apply: (draft, text, where) => draft.wishes.net.push(...parsePublish(text, { where })),
	},
	{
		long: "net",
		value: "RULE",
		starts: ["connect=", "udp=", "listen=", "bind=", "resolve="],
		group: NETWORK,
		doc: "Grant connect=HOST:PORT, udp=HOST:PORT, listen=ADDRESS:PORT, bind=ADDRESS:PORT or resolve=NAME",
		apply: net,
	},
	{
		long: "add-host",
		value: "NAME:ADDRESS",
		group: NETWORK,
		doc: "Let the guest take a name for this address, which the rules for the name then reach",
		apply: (draft, text, where) => draft.wishes.net.push(parseAddHost(text, { where })),
	},
	{
		long: "tls-ca",
		value: "FILE",
		completes: "file",
		group: NETWORK,
		doc: "Trust the certificates in this file as well, where the component asks by HTTPS (PEM)",
		apply: (draft, text) => draft.tlsCa.push(text),
	},
	{
		long: "config",
		value: "NAME=VALUE",
		group: SERVICES,
		doc: "Set a value of the component's configuration (wasi:config)",
		apply: (draft, text) => draft.wishes.config.push(parseConfig(text)),
	},
	{
		long: "keyvalue",
		value: "NAME[=FILE]",
		completes: "file",
		group: SERVICES,
		doc: "Grant a key-value store (wasi:keyvalue): a file that is made when missing, or memory for this run",
		apply: (draft, text, where) => draft.wishes.keyvalue.push(parseKeyValue(text, { where })),
	},
	{
		long: "log-level",
		value: "LEVEL",
		choices: [...LOG_LEVELS, "none"],
		group: SERVICES,
		doc: "Show what the component logs (wasi:logging) from this level on: info by default",
		apply: (draft, text) => (draft.wishes.logLevel = parseLogLevel(text)),
	},
	{
		long: "clock",
		value: "real|coarse|frozen=TIME",
		group: REPEATABLE,
		doc: "The clock: exact, in steps of 1 ms (the default), or standing still at TIME",
		apply: (draft, text) => (draft.wishes.clock = parseClock(text)),
	},
	{
		long: "random",
		value: "system|seed=N",
		group: REPEATABLE,
		doc: "Random bytes: the system's (the default), or the same in every run",
		apply: (draft, text) => (draft.wishes.random = parseRandom(text)),
	},
	{
		long: "memory",
		short: "m",
		value: "SIZE",
		group: LIMITS,
		doc: "The most memory the guest may have: 64k to 64g, 2g by default",
		apply: limit("memory_bytes"),
	},
	{
		long: "timeout",
		value: "DURATION",
		group: LIMITS,
		doc: "Stop the guest after this time (500ms, 10s, 1m30s), with status 124",
		apply: limit("timeout_ms"),
	},
	{
		long: "cpu-time",
		value: "DURATION",
		group: LIMITS,
		doc: "Stop the guest once it has used this much of a processor, with status 152",
		apply: limit("cpu_time_ms"),
	},
	{
		long: "stack",
		value: "SIZE",
		group: LIMITS,
		doc: "How deep the guest's calls may go: 64k to 512m, about 1m by default",
		apply: limit("stack_bytes"),
	},
	{
		long: "max-table-elements",
		value: "N",
		group: LIMITS,
		doc: "The most elements that the guest's tables may have together: 10000000 by default",
		apply: limit("table_elements"),
	},
	{
		long: "ulimit",
		value: "NAME=N",
		group: LIMITS,
		doc: "As docker spells limits: nofile=N (1024 by default), stack=SIZE, cpu=SECONDS",
		apply: (draft, text) => (draft.wishes.limits = { ...draft.wishes.limits, ...parseUlimit(text) }),
	},
	{
		long: "storage-opt",
		value: "size=SIZE",
		group: LIMITS,
		doc: "How much the guest may write into the root that its image gives it: 64m by default",
		apply: storage,
	},
	{
		long: "entrypoint",
		value: "FILE",
		group: IMAGES,
		doc: "Run this file of the image, with the ARGs, instead of what the image says",
		apply: (draft, text) => (draft.image.entrypoint = text),
	},
	{
		long: "pull",
		value: "missing|always|never",
		choices: ["missing", "always", "never"],
		group: IMAGES,
		doc: "When to ask the registry for the image: when it is not here (the default), always, or never",
		apply: (draft, value) => (draft.image.pull = value as ImageOptions["pull"]),
	},
	{
		long: "platform",
		value: "OS/ARCH",
		group: IMAGES,
		doc: "Which of an image's variants to take: wasi/wasm, or linux/amd64 when it holds WebAssembly",
		apply: (draft, text) => (draft.image.platform = text),
	},
	{
		long: "locked",
		group: IMAGES,
		doc: "Run only what wherry.lock names, with the digest it names",
		apply: (draft, value) => (draft.image.locked = value === "true"),
	},
	{
		long: "trust-policy",
		value: "FILE",
		completes: "file",
		group: IMAGES,
		doc: "Decide by this file whom to trust, instead of your own",
		apply: (draft, text) => (draft.image.trustPolicy = text),
	},
	{
		long: "insecure",
		value: "HOST[:PORT]",
		group: IMAGES,
		doc: "Reach this registry without TLS; those on this machine are in any case",
		apply: (draft, text) => draft.image.insecure.push(text),
	},
	{
		long: "quiet",
		short: "q",
		group: IMAGES,
		doc: "Show no progress when the image is pulled",
		apply: (draft, value) => (draft.image.quiet = value === "true"),
	},
	{
		long: "invoke",
		value: "NAME|CALL",
		group: PROGRAM,
		doc: "Call an export, by name with the ARGs or as 'interface#function(\"x\", 1)', and print what it answers",
		apply: (draft, text) => (draft.invoke = text),
	},
	{
		long: "argv0",
		value: "NAME",
		group: PROGRAM,
		doc: "What the program sees as its own name, instead of the file's",
		apply: (draft, text) => (draft.argv0 = text),
	},
	{
		long: "unknown-imports",
		value: "refuse|trap",
		choices: ["refuse", "trap"],
		group: PROGRAM,
		doc: "A module that imports what WASI lacks: refuse it (the default), or trap when it calls that",
		apply: (draft, value) => (draft.unknownImports = value === "trap" ? "trap" : "refuse"),
	},
	{
		long: "isolation",
		value: "auto|strict|none",
		choices: ["auto", "strict", "none"],
		group: PROGRAM,
		doc: "The second wall, of the kernel: where there is one (the default), or refuse to run, or none",
		apply: (draft, value) => (draft.isolation = value as RunOptions["isolation"]),
	},
	{
		long: "trace",
		value: "wasi",
		choices: ["wasi"],
		group: PROGRAM,
		doc: "Print each call of WASI on standard error",
		apply: (draft) => (draft.traceWasi = true),
	},
	{
		long: "policy",
		value: "FILE",
		completes: "file",
		group: POLICY,
		doc: "Take grants and limits from a file of TOML or JSON; flags add to its lists and replace the rest",
		apply: (draft, text) => draft.policies.push(text),
	},
	{
		long: "learn",
		value: "FILE.toml",
		completes: "file",
		group: POLICY,
		doc: "Write the least policy that covers what the program uses, or add to it; it may use the working directory",
		apply: (draft, text) => (draft.learn = text),
	},
	{
		long: "learn-from",
		value: "HOST[:GUEST[:ro|rw]]",
		completes: "file",
		group: POLICY,
		doc: "Learn from this directory instead of the working directory",
		apply: (draft, text) => draft.learnFrom.push(text),
	},
	{
		long: "learn-net",
		value: "RULE",
		group: POLICY,
		doc: "Learn what of this rule of --net is used; without it no network is learnt",
		apply: (draft, text) => draft.learnNet.push(text),
	},
	{
		long: "learn-env",
		value: "PATTERN",
		group: POLICY,
		doc: "Learn from variables with these names, * for any characters: all of them, if the program reads its environment",
		apply: (draft, text) => draft.learnEnv.push(text),
	},
	{
		long: "print-policy",
		value: "toml|json",
		bare: "toml",
		choices: ["toml", "json"],
		group: POLICY,
		doc: "Print what would be granted as a policy file, values of variables included, and run nothing",
		apply: (draft, value) => (draft.printPolicy = value === "json" ? "json" : "toml"),
	},
	...COMMON_FLAGS,
	...DOCKER_FLAGS,
];

function net(draft: RunDraft, text: string, where: string): void {
	if (text === "none") return;
	if (!text.includes("=") && nearMisses(text, netVerbs()).length === 0) throw networkRefused(text, where);
	draft.wishes.net.push(parseNetRule(text, { where }));
}

/** Docker's spelling of the one option of storage that means something here. */
function storage(draft: RunDraft, text: string): void {
	const [, size] = /^size=(.*)$/.exec(text) ?? [];
	if (size === undefined)
		throw new Fault("FLAG_INVALID", `cannot set the storage option '${text}'`, {
			note: "there is one option: size, how much the guest may write into its root",
			help: "--storage-opt size=64m",
		});
	const storage_bytes = parseLimit("storage_bytes", size, "--storage-opt size=");
	draft.wishes.limits = { ...draft.wishes.limits, storage_bytes };
}
