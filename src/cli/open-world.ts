import { basename } from "node:path";
import { Fault } from "../base/fault.ts";
import type { ClockGrant, Grants, RandomGrant } from "../capability/grants.ts";
import { systemClocks } from "../host/node/clocks.ts";
import { systemEntropy } from "../host/node/entropy.ts";
import { listen } from "../host/node/listener.ts";
import { standardStream } from "../host/node/stream.ts";
import { systemWaiter } from "../host/node/waiter.ts";
import type { GrantedPlace } from "../host/node/wall/landlock.ts";
import type { Clocks } from "../sys/clocks.ts";
import { CoarseClocks } from "../sys/coarse-clocks.ts";
import type { Entropy } from "../sys/entropy.ts";
import { FrozenClocks, FrozenWaiter } from "../sys/frozen-clocks.ts";
import { SeededEntropy } from "../sys/seeded-entropy.ts";
import type { Directory } from "../sys/directory.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { FileType } from "../sys/stat.ts";
import type { Waiter } from "../sys/waiter.ts";
import { Descriptors, type OpenDirectory } from "../wasi/descriptors.ts";
import type { Ending } from "../wasi/end.ts";
import { NamedFile } from "../wasi/filesystem/named-file.ts";
import { type Mounted, type MountTable, mountTable } from "../wasi/filesystem/table.ts";
import type { World } from "../wasi/guest.ts";
import { closedInput, silentOutput, terminalStream } from "../wasi/standard.ts";
import { type OpenedMounts, openMounts, openRoot } from "./open-mounts.ts";
import { printNote } from "./print.ts";
import type { RunOptions } from "./run-options.ts";

export interface OpenedWorld {
	readonly world: World;
	/** What the second wall lets through. */
	readonly places: readonly GrantedPlace[];
	readonly listens: boolean;
	/** What was granted of files, in the order of the grants, without an image's root. */
	readonly mounted: readonly Mounted[];
}

export interface WorldEvents {
	readonly onEnd: (how: Ending) => void;
	/** Standard input was read although it is closed. */
	readonly onClosedInput: () => void;
}

/**
 * Opens everything that was granted, and nothing else: from here on a run holds descriptors, not names.
 *
 * @throws Fault GRANT_NOT_FOUND, GRANT_REFUSED
 */
export function openWorld(
	{ file, args, argv0, grants, limits, invoke, learning }: RunOptions,
	events: WorldEvents,
	image?: TreeDirectory,
): OpenedWorld {
	learning?.open();
	const { clocks, waiter } = openClocks(grants.clock);
	const descriptors = new Descriptors(limits.descriptors);
	addStandardStreams(descriptors, grants, events.onClosedInput);
	const { mounted: granted, places } =
		grants.mounts.length === 0 ? NO_MOUNTS : openMounts(grants.mounts, clocks);
	const mounted = learning?.mounts(granted) ?? granted;
	addFiles(descriptors, grants, withRoot(mounted, grants, image, clocks));
	const listens = addListeners(descriptors, grants);
	const program = argv0 ?? basename(file);
	return {
		world: {
			args: invoke === undefined ? [program, ...args] : [program],
			env: learning?.env(environment(grants)) ?? environment(grants),
			uses: learning,
			descriptors,
			clocks,
			waiter,
			entropy: openEntropy(grants.random),
			onEnd: events.onEnd,
		},
		places,
		listens,
		mounted,
	};
}

/** The directories that a guest is given, as preopens. */
export function addFiles(descriptors: Descriptors, grants: Grants, mounted: readonly Mounted[]): void {
	const table = mountTable(mounted);
	const { workdir } = grants;
	if (workdir !== undefined) descriptors.add(openWorkdir(workdir, table));
	for (const { name, directory } of table.preopens)
		descriptors.add({ kind: "directory", directory, preopen: name, name });
	if (workdir === undefined || workdir === "/") return;
	addTopmost(descriptors, table, workdir);
	// once more, behind the root, where wasi-libc takes the last of the two: see mountTable
	descriptors.add(openWorkdir(workdir, table));
}

/** What is mounted, and beneath it the image's own files. */
export function withRoot(
	mounted: readonly Mounted[],
	{ root }: Grants,
	image: TreeDirectory | undefined,
	clocks: Clocks,
): readonly Mounted[] {
	return root === undefined || image === undefined ? mounted : [openRoot(root, image, clocks), ...mounted];
}

/** Of the root, so many names are preopened: each takes a descriptor. */
const TOPMOST_MAX = 100;

/**
 * Each directory and file in the root by its own name: wasi-libc takes "/" and "." for the same place,
 * the last one, so that beside a working directory only longer names lead elsewhere. It also takes
 * `/a` and `a` for the same: what the working directory has itself keeps its name.
 */
function addTopmost(descriptors: Descriptors, table: MountTable, workdir: string): void {
	const given = new Set(table.preopens.map(({ name }) => name));
	const root = table.directoryAt("/");
	const here = table.directoryAt(workdir);
	if (root === undefined || here === undefined) return;
	for (const entry of namesIn(root, TOPMOST_MAX)) {
		const name = `/${entry}`;
		if (given.has(name) || typeof here.statAt(entry, false) !== "number") continue;
		const directory = table.directoryAt(name) ?? new NamedFile(root, entry);
		descriptors.add({ kind: "directory", directory, preopen: name, name });
	}
}

function namesIn(directory: Directory, max: number): readonly string[] {
	const names: string[] = [];
	directory.list(0n, ({ name }) => {
		if (name !== "." && name !== "..") names.push(name);
		return names.length < max;
	});
	return names;
}

const NO_MOUNTS: OpenedMounts = { mounted: [], places: [] };

function openClocks(grant: ClockGrant): { clocks: Clocks; waiter: Waiter } {
	const waiter = openWaiter();
	switch (grant.type) {
		case "real":
			return { clocks: systemClocks(), waiter };
		case "coarse":
			return { clocks: new CoarseClocks(systemClocks()), waiter };
		case "frozen": {
			const clocks = new FrozenClocks(grant.time_ns);
			return { clocks, waiter: new FrozenWaiter(clocks, waiter) };
		}
	}
}

/** Made when a guest first waits, which few do. */
function openWaiter(): Waiter {
	let waiter: Waiter | undefined;
	return {
		wait(interests, timeout_ns) {
			waiter ??= systemWaiter();
			return waiter.wait(interests, timeout_ns);
		},
	};
}

function openEntropy(grant: RandomGrant): Entropy {
	return grant.type === "system" ? systemEntropy : new SeededEntropy(grant.seed);
}

/** Docker sets TERM with -t; and PWD tells programs without preopens of their own where they are. */
function environment({ env, terminal, workdir }: Grants): ReadonlyMap<string, string> {
	const all = new Map(env);
	if (terminal && !all.has("TERM")) all.set("TERM", "xterm");
	if (workdir !== undefined && !all.has("PWD")) all.set("PWD", workdir);
	return all;
}

/** Standard input is a grant: given by -i, or by whoever redirects it. Output always goes somewhere. */
function addStandardStreams(descriptors: Descriptors, grants: Grants, onClosedInput: () => void): void {
	const input = standardStream(0);
	const isTerminal = input?.type === FileType.CHARACTER_DEVICE;
	if (grants.terminal && grants.stdin === "open" && !isTerminal) throw noTerminal();
	const readable = input !== undefined && (grants.stdin === "open" || !isTerminal);
	const streams = [
		readable ? input : closedInput(isTerminal ? onClosedInput : undefined),
		standardStream(1) ?? silentOutput(),
		standardStream(2) ?? silentOutput(),
	];
	for (const [index, stream] of streams.entries()) {
		const shown = grants.terminal ? terminalStream(stream) : stream;
		descriptors.add({ kind: "stream", stream: shown, name: STANDARD_NAMES[index] ?? "" });
	}
}

const STANDARD_NAMES = ["stdin", "stdout", "stderr"];

function noTerminal(): Fault {
	return new Fault("GRANT_REFUSED", "cannot give the guest a terminal: standard input is not one", {
		note: "asked for by -t",
		help: "leave -t out, or run it in a terminal",
	});
}

/** The preopen ".", which is first because programs take descriptor 3 for the working directory. */
function openWorkdir(path: string, table: MountTable): OpenDirectory {
	const directory = table.directoryAt(path);
	if (directory !== undefined) return { kind: "directory", directory, preopen: ".", name: path };
	throw new Fault("GRANT_INVALID", `cannot start in '${path}': no directory that was granted is there`, {
		note: "asked for by --workdir",
		help: `-v HOST:${path}`,
	});
}

function addListeners(descriptors: Descriptors, grants: Grants): boolean {
	let listens = false;
	for (const rule of grants.net) {
		if (rule.type !== "listen") {
			printNote(`'${rule.origin.where}' has no effect on a module: preview1 has no outgoing sockets`);
			continue;
		}
		const listener = listen(rule.address, rule.port);
		// of a port that the system chose, nobody else would tell
		if (rule.port === 0) printNote(`the guest listens on ${rule.address}:${listener.port}`);
		descriptors.add({ kind: "listener", listener, name: `${rule.address}:${listener.port}` });
		listens = true;
	}
	return listens;
}
