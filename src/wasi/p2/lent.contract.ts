/** For tests: a component's guest over memory backends, and its host as a linker sees it. */
import { MemoryFileSystem } from "../../host/memory/file-system.ts";
import { MemorySink, MemorySource } from "../../host/memory/streams.ts";
import { MemoryWaiter } from "../../host/memory/waiter.ts";
import type { LogLevel } from "../../capability/grants.ts";
import type { Directory } from "../../sys/directory.ts";
import type { TreeDirectory } from "../../sys/file-tree.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import type { KeyValueStores } from "../../sys/key-value.ts";
import type { Readiness } from "../../sys/readiness.ts";
import { SeededEntropy } from "../../sys/seeded-entropy.ts";
import type { Stream } from "../../sys/stream.ts";
import { ComponentGuest } from "../component-guest.ts";
import { Descriptors } from "../descriptors.ts";
import { End, type Ending } from "../end.ts";
import { ReadOnlyDirectory } from "../filesystem/readonly.ts";
import { mountTable } from "../filesystem/table.ts";
import { ComponentError, type Host } from "../host-interface.ts";
import { preview2 } from "./host.ts";

export const START_NS = 1_700_000_000_000_000_123n;

export interface LentOptions {
	readonly input?: string | Stream;
	readonly output?: Stream;
	readonly args?: readonly string[];
	readonly env?: ReadonlyMap<string, string>;
	readonly config?: ReadonlyMap<string, string>;
	readonly keyvalue?: KeyValueStores;
	readonly descriptors?: number;
	readonly workdir?: string;
	/** Absent: waiting stops the thread. */
	readonly readiness?: Readiness | undefined;
	/** What /data holds from the start. */
	readonly data?: TreeDirectory;
}

const NOTHING: TreeDirectory = { kind: "directory", entries: new Map(), modified_ns: START_NS };

/** A guest with /data to write and /fixed to read only, and standard streams. */
export class Lent {
	readonly clocks = new FrozenClocks(START_NS);
	readonly data: Directory;
	readonly fixed: Directory;
	readonly output = new MemorySink();
	readonly endings: Ending[] = [];
	readonly logged: [LogLevel, string, string][] = [];
	readonly guest: ComponentGuest;
	readonly host: Host;

	constructor(options: LentOptions = {}) {
		const volume = (tree: TreeDirectory = NOTHING) =>
			new MemoryFileSystem({ clocks: this.clocks, quota_bytes: 4 << 20, tree }).root;
		[this.data, this.fixed] = [volume(options.data), volume()];
		this.guest = new ComponentGuest({
			args: options.args ?? ["program"],
			env: options.env ?? new Map(),
			descriptors: this.#descriptors(options),
			clocks: this.clocks,
			entropy: new SeededEntropy(1n),
			waiter: new MemoryWaiter(this.clocks),
			onEnd: (how) => void this.endings.push(how),
			readiness: options.readiness,
			network: undefined,
			http: undefined,
			netRules: [],
			config: options.config ?? new Map(),
			keyvalue: options.keyvalue ?? { open: () => undefined },
			log: (...words) => void this.logged.push(words),
		});
		this.host = preview2(this.guest);
	}

	/** Calls a function of an interface: `wasi:cli/stdin@0.2`. */
	// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the function answers is for its caller to say
	call<T>(interfaceName: string, name: string, ...values: unknown[]): T {
		const found = this.host.get(interfaceName)?.[name] as ((...values: unknown[]) => T) | undefined;
		if (found === undefined) throw new Error(`no function '${interfaceName}#${name}'`);
		return found(...values);
	}

	get printed(): string {
		return this.output.text;
	}

	#descriptors({ input = "", output, descriptors: limit = 64, workdir }: LentOptions): Descriptors {
		const descriptors = new Descriptors(limit);
		const stdin = typeof input === "string" ? new MemorySource(new TextEncoder().encode(input)) : input;
		for (const stream of [stdin, output ?? this.output, output ?? this.output])
			descriptors.add({ kind: "stream", stream, name: "std" });
		const table = mountTable([
			{ guest: "/data", what: this.data },
			{ guest: "/fixed", what: new ReadOnlyDirectory(this.fixed) },
		]);
		const directory = workdir === undefined ? undefined : table.directoryAt(workdir);
		if (workdir !== undefined && directory !== undefined)
			descriptors.add({ kind: "directory", directory, preopen: ".", name: workdir });
		for (const preopen of table.preopens)
			descriptors.add({
				kind: "directory",
				directory: preopen.directory,
				preopen: preopen.name,
				name: preopen.name,
			});
		return descriptors;
	}
}

/** What a call came to, in short: its answer, `error` and the payload of its result, or how it ended the guest. */
export function outcome(act: () => unknown): unknown {
	try {
		return act();
	} catch (error) {
		if (error instanceof ComponentError) return { error: error.payload };
		if (error instanceof End) return { ended: error.how.type === "trap" ? error.how.reason : error.how.type };
		throw error;
	}
}

/** What did not have to wait: here nobody else could do anything meanwhile. */
export function atOnce<T>(answer: T | Promise<T>): T {
	if (answer instanceof Promise) throw new Error("it waits");
	return answer;
}
