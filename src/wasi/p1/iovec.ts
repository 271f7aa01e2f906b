import type { GuestMemory } from "./memory.ts";

/** As many buffers as one call moves, POSIX's IOV_MAX. A call with more of them moves less than it asked. */
const IOVECS_MAX = 1024;
/** Empty ones do not count towards that, but nobody looks at more than so many. */
const LOOKED_AT_MAX = 65_536;

/** The buffers of a read or write; undefined when a part of them is outside the memory. */
export function readIovecs(memory: GuestMemory, pointer: number, count: number): Uint8Array[] | undefined {
	const start = pointer >>> 0;
	const number = count >>> 0;
	if (start + number * 8 > memory.bytes.length) return undefined;
	const buffers: Uint8Array[] = [];
	for (let index = 0; index < Math.min(number, LOOKED_AT_MAX) && buffers.length < IOVECS_MAX; index += 1) {
		const length = memory.getU32(start + index * 8 + 4);
		const buffer = memory.span(memory.getU32(start + index * 8), length);
		if (buffer === undefined) return undefined;
		if (length > 0) buffers.push(buffer);
	}
	return buffers;
}
