/** Flags that people bring from `docker run`: those that say nothing here, and those that cannot be. */
import { Fault } from "../base/fault.ts";
import type { Flag } from "./flags.ts";

/** What these need of a draft. */
interface Notes {
	readonly notes: string[];
}

const HIDDEN = "docker";

/** Accepted without effect: what they ask for is always so, or is about what does not exist here. */
export const DOCKER_FLAGS: readonly Flag<Notes>[] = [
	{ long: "rm", group: HIDDEN, apply: nothing },
	{ long: "init", group: HIDDEN, apply: nothing },
	{ long: "sig-proxy", group: HIDDEN, apply: nothing },
	{ long: "cap-drop", value: "CAPABILITY", group: HIDDEN, apply: nothing },
	{ long: "security-opt", value: "OPTION", group: HIDDEN, apply: securityOption },
	{ long: "network", value: "NETWORK", group: HIDDEN, apply: network },
	{
		long: "user",
		short: "u",
		value: "USER",
		group: HIDDEN,
		apply: (draft) =>
			draft.notes.push("--user has no effect: a guest of WASI has no user id, and files are opened as you"),
	},
];

/** A flag of docker's that cannot apply, answered with the way that wherry has; undefined for others. */
export function dockerFlagRefused(name: string): Fault | undefined {
	const refusal = REFUSED.get(name);
	if (refusal === undefined) return undefined;
	const [note, help] = refusal;
	return new Fault("FLAG_UNKNOWN", `wherry run has no flag '${name}', which docker run has`, { note, help });
}

/** A network of docker's by name: a guest gets rules instead. */
export function networkRefused(name: string, where: string): Fault {
	return new Fault("GRANT_REFUSED", `cannot attach a guest to the network '${name}'`, {
		note: [
			`asked for by '${where}'`,
			"a guest has no network but the listeners and hosts that are granted one by one",
		],
		help: ["-p 8080:8080", "--net connect=example.org:443"],
	});
}

const ENGINE = "it comes with the engine: this version runs one program in the foreground";
const NO_KERNEL =
	"a guest is no process of the kernel's: it has WASI's functions and nothing else to be limited or opened up";
const GRANTS_HELP = "wherry run --help";

type Refusal = readonly [note: string, help: string | undefined];

const REFUSED: ReadonlyMap<string, Refusal> = new Map<string, Refusal>([
	["--privileged", ["there is no such grant: what a guest may reach is named piece by piece", GRANTS_HELP]],
	["--cap-add", [NO_KERNEL, GRANTS_HELP]],
	["--device", ["a guest reaches no devices", "-v HOST:GUEST for files and directories"]],
	["--gpus", ["a guest reaches no devices", undefined]],
	["--pid", [NO_KERNEL, undefined]],
	["--ipc", [NO_KERNEL, undefined]],
	["--uts", [NO_KERNEL, undefined]],
	["--userns", [NO_KERNEL, undefined]],
	["--cgroupns", [NO_KERNEL, undefined]],
	["--sysctl", [NO_KERNEL, undefined]],
	["--group-add", ["a guest has no user and no groups", undefined]],
	["--hostname", ["WASI has no host name", "-e HOSTNAME=web"]],
	["--detach", [ENGINE, undefined]],
	["-d", [ENGINE, undefined]],
	["--name", [ENGINE, undefined]],
	["--restart", [ENGINE, undefined]],
	["--label", [ENGINE, undefined]],
	["-l", [ENGINE, undefined]],
	["--cidfile", [ENGINE, undefined]],
	["--volumes-from", [ENGINE, "-v HOST:GUEST[:ro|rw]"]],
	["--volume-driver", [ENGINE, undefined]],
	["--log-driver", [ENGINE, undefined]],
	["--log-opt", [ENGINE, undefined]],
	["--attach", ["output always goes to yours; input does with -i", "-i"]],
	["-a", ["output always goes to yours; input does with -i", "-i"]],
	["--publish-all", ["a module does not say which ports it listens on", "-p 8080:8080"]],
	["-P", ["a module does not say which ports it listens on", "-p 8080:8080"]],
	["--expose", ["a listener is granted, not announced", "-p 8080:8080"]],
	["--dns", ["names are looked up by the host, and only those that are granted", "--net resolve=NAME"]],
	["--link", ["there is no network of containers", "--net connect=HOST:PORT"]],
	["--cpus", ["a guest runs on one processor; its total can be limited", "--cpu-time 10s"]],
	["--cpu-shares", ["a guest runs on one processor; its total can be limited", "--cpu-time 10s"]],
	[
		"--cpuset-cpus",
		["a guest runs on one processor; its total can be limited", "taskset -c 0 wherry run ..."],
	],
	["--pids-limit", ["a guest cannot start processes or threads", undefined]],
	["--memory-swap", ["the limit of a guest's memory has no second part", "--memory 512m"]],
	["--memory-reservation", ["the limit of a guest's memory has no second part", "--memory 512m"]],
	[
		"--shm-size",
		["a guest has no shared memory; it can have a directory in memory", "--tmpfs /tmp:size=64m"],
	],
	["--stop-timeout", ["a guest is stopped at once, by Ctrl-C or by a limit", "--timeout 10s"]],
	["--oom-kill-disable", [NO_KERNEL, undefined]],
]);

/** The names that `dockerFlagRefused` knows. */
export const REFUSED_FLAGS: readonly string[] = [...REFUSED.keys()];

function nothing(): void {}

function network(_draft: Notes, text: string, where: string): void {
	if (text !== "none") throw networkRefused(text, where);
}

function securityOption(_draft: Notes, text: string): void {
	if (/^no-new-privileges(:true|=true)?$/.test(text)) return;
	throw new Fault("GRANT_REFUSED", `cannot set the security option '${text}'`, {
		note: "the kernel's wall around a guest is made from its grants and is not loosened piece by piece",
		help: "wherry doctor",
	});
}
