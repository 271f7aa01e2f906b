import { addressOf } from "./libc.ts";
import { openSystemCalls, type SystemCalls } from "./wall/system-calls.ts";

export interface MemoryPoolOptions {
	/** In pages of 64 KiB, as the module asks for its memory. */
	readonly minimum: number;
	readonly maximum: number | undefined;
	/** How many are kept; further ones are left to the garbage collector. */
	readonly kept: number;
}

const PAGE_BYTES = 65_536;
/** Up to this, writing zeros is cheaper than asking the kernel for them. */
const FILL_BYTES_MAX = 128 * 1024;
/** Beyond this, memories are not kept where the kernel cannot be asked: too much would stay resident. */
const FILLED_BYTES_MAX = 16 * 1024 * 1024;
/** Linux: the pages are given back, and are zero when they are touched again. */
const MADV_DONTNEED = 4;

/**
 * Memories that instances use one after the other. Each is handed out as a new one would be: of its first size, all bytes
 * zero. One that has grown is not kept. A memory costs 8 GiB of addresses and several calls of the kernel to make, and a
 * fifth of that to clear.
 */
export class MemoryPool {
	readonly #options: MemoryPoolOptions;
	readonly #size_bytes: number;
	readonly #free: WebAssembly.Memory[] = [];
	readonly #kernel: SystemCalls | undefined;

	constructor(options: MemoryPoolOptions) {
		this.#options = options;
		this.#size_bytes = options.minimum * PAGE_BYTES;
		this.#kernel = this.#size_bytes > FILL_BYTES_MAX ? openSystemCalls() : undefined;
	}

	take(): WebAssembly.Memory {
		const free = this.#free.pop();
		if (free !== undefined) return free;
		const { minimum: initial, maximum } = this.#options;
		return new WebAssembly.Memory(maximum === undefined ? { initial } : { initial, maximum });
	}

	/** Nothing may run on it any more. */
	give(memory: WebAssembly.Memory): void {
		if (this.#free.length >= this.#options.kept) return;
		if (this.clear(memory)) this.#free.push(memory);
	}

	/** Makes it as `take` hands it out. False: it has grown, or is too large to be cleared. */
	clear({ buffer }: WebAssembly.Memory): boolean {
		if (buffer.byteLength !== this.#size_bytes) return false;
		const bytes = new Uint8Array(buffer);
		if (this.#kernel !== undefined && isGivenBack(this.#kernel, bytes)) return true;
		if (bytes.length > FILLED_BYTES_MAX) return false;
		bytes.fill(0);
		return true;
	}
}

function isGivenBack(kernel: SystemCalls, bytes: Uint8Array): boolean {
	return kernel.call("madvise", Number(addressOf(bytes)), bytes.length, MADV_DONTNEED) === 0;
}

/** Below this, what the garbage collector finds in time is not worth a call. */
const DISCARDED_BYTES_MIN = 256 * 1024;

/**
 * Gives back what lies behind memories that nobody uses any more, at once: the garbage collector does not see how much that is,
 * and lets gigabytes of them stand. All bytes read as zeros then. To be opened before the second wall stands.
 */
export function memoryDiscarder(): (memories: Iterable<WebAssembly.Memory>) => void {
	const kernel = openSystemCalls();
	return (memories) => {
		for (const { buffer } of memories)
			if (kernel !== undefined && buffer.byteLength >= DISCARDED_BYTES_MIN && buffer instanceof ArrayBuffer)
				isGivenBack(kernel, new Uint8Array(buffer));
	};
}
