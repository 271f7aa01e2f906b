/** For tests: calls host functions as a guest would, over memory backends, without any wasm. */
import { MemoryFileSystem } from "../../host/memory/file-system.ts";
import { MemoryListener } from "../../host/memory/sockets.ts";
import { MemorySink, MemorySource } from "../../host/memory/streams.ts";
import { MemoryWaiter } from "../../host/memory/waiter.ts";
import type { Directory } from "../../sys/directory.ts";
import { type Errno, errnoName } from "../../sys/errno.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { SeededEntropy } from "../../sys/seeded-entropy.ts";
import { Descriptors } from "../descriptors.ts";
import { End, type Ending } from "../end.ts";
import { ReadOnlyDirectory } from "../filesystem/readonly.ts";
import { mountTable } from "../filesystem/table.ts";
import { Guest } from "../guest.ts";
import { bind } from "./function.ts";
import { findFunction } from "./functions.ts";
import { GuestMemory } from "./memory.ts";

const START_NS = 1_700_000_000_000_000_000n;
const FILLER = 0x3f; // '?'
const STRINGS_AT = 0x8000;
export const RESULT_AT = 0x4000;
/** One past the end of the guest's memory: 64 KiB. */
export const MEMORY_END = 0x10000;

export interface CallerOptions {
	readonly args?: readonly string[];
	readonly env?: ReadonlyMap<string, string>;
	readonly input?: string;
	readonly descriptors?: number;
}

/**
 * A guest with /data to write, /fixed to read only, standard streams, and a listener: descriptors 3
 * /data, 4 /fixed, 5 the root, 6 the listener. Its memory is full of '?', so that a byte too many shows.
 */
export class Caller {
	readonly memory = new GuestMemory();
	readonly output = new MemorySink();
	readonly listener = new MemoryListener();
	readonly clocks = new FrozenClocks(START_NS);
	readonly guest: Guest;
	readonly data: Directory;
	readonly fixed: Directory;
	readonly endings: Ending[] = [];
	readonly #context: { guest: Guest; memory: GuestMemory };
	#stringsAt = STRINGS_AT;

	constructor(options: CallerOptions = {}) {
		this.memory.attach(new WebAssembly.Memory({ initial: 1, maximum: 4 }));
		this.memory.bytes.fill(FILLER);
		this.data = new MemoryFileSystem({ clocks: this.clocks, quota_bytes: 1 << 20 }).root;
		this.fixed = new MemoryFileSystem({ clocks: this.clocks, quota_bytes: 1 << 20 }).root;
		const descriptors = new Descriptors(options.descriptors ?? 64);
		const input = new MemorySource(new TextEncoder().encode(options.input ?? ""));
		for (const stream of [input, this.output, this.output])
			descriptors.add({ kind: "stream", stream, name: "std" });
		const { preopens } = mountTable([
			{ guest: "/data", what: this.data },
			{ guest: "/fixed", what: new ReadOnlyDirectory(this.fixed) },
		]);
		for (const { name, directory } of preopens) {
			descriptors.add({ kind: "directory", directory, preopen: name, name });
		}
		descriptors.add({ kind: "listener", listener: this.listener, name: "listener" });
		this.guest = new Guest({
			args: options.args ?? ["program"],
			env: options.env ?? new Map(),
			descriptors,
			clocks: this.clocks,
			entropy: new SeededEntropy(1n),
			waiter: new MemoryWaiter(this.clocks),
			onEnd: (how) => void this.endings.push(how),
		});
		this.#context = { guest: this.guest, memory: this.memory };
	}

	/** Calls a function of a module with wasm values and strings (pointer and length); answers the errno's name. */
	call(name: string, ...args: readonly (number | bigint | string)[]): string {
		return this.callOf("wasi_snapshot_preview1", name, ...args);
	}

	callOf(module: string, name: string, ...args: readonly (number | bigint | string)[]): string {
		const host = findFunction(module, name);
		if (host === undefined) throw new Error(`no function '${name}'`);
		const values = args.flatMap((arg) => (typeof arg === "string" ? this.put(arg) : [arg]));
		try {
			const errno = bind(host, this.#context)(...values) as Errno;
			return errnoName(errno);
		} catch (cause) {
			if (cause instanceof End) return `end: ${cause.how.type}`;
			throw cause;
		}
	}

	/** Opens a path beneath a directory and answers its descriptor, or the errno's name. */
	open(fd: number, path: string, oflags = 0, rights: bigint = READ | WRITE, fdflags = 0): number | string {
		const errno = this.call("path_open", fd, 0, path, oflags, rights, rights, fdflags, RESULT_AT);
		return errno === "SUCCESS" ? this.u32(RESULT_AT) : errno;
	}

	/** Puts a string into memory: its pointer and length. */
	put(text: string): [number, number] {
		const bytes = new TextEncoder().encode(text);
		const at = this.#stringsAt;
		this.memory.bytes.set(bytes, at);
		this.#stringsAt += bytes.length;
		return [at, bytes.length];
	}

	/** Puts iovecs for these texts into memory: their pointer and count. */
	iovecs(...buffers: readonly (readonly [number, number])[]): [number, number] {
		const at = (this.#stringsAt + 3) & ~3;
		this.#stringsAt = at + buffers.length * 8;
		for (const [index, [pointer, length]] of buffers.entries()) {
			this.memory.setU32(at + index * 8, pointer);
			this.memory.setU32(at + index * 8 + 4, length);
		}
		return [at, buffers.length];
	}

	u32(at = RESULT_AT): number {
		return this.memory.getU32(at);
	}
	u64(at = RESULT_AT): bigint {
		return this.memory.getU64(at);
	}
	text(at: number, length: number): string {
		return new TextDecoder().decode(this.memory.bytes.slice(at, at + length));
	}
	get printed(): string {
		return new TextDecoder().decode(this.output.bytes);
	}
}

export const READ = 1n << 1n;
export const WRITE = 1n << 6n;
export const CREAT = 1;
export const DIRECTORY = 2;
export const EXCL = 4;
export const TRUNC = 8;
