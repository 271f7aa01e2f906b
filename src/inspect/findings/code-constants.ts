import type { Part } from "../programs.ts";
import type { Scan } from "../scan.ts";
import type { Collector } from "./collector.ts";
import { type Family, FAMILIES } from "./crypto-families.ts";

interface Constant {
	/** The instruction that it stands in. */
	readonly bytes: readonly number[];
	readonly family: Family;
	/** One bit for each word that it stands for. */
	readonly mask: number;
}

const I32_CONST = 0x41;
const I64_CONST = 0x42;

let constants: ReadonlyMap<number, readonly Constant[]> | undefined;

/** Constants of algorithms among a module's immediates: so many of a family's in one function as tell it. */
export function findCodeConstants({ path, start, scan }: Part, collector: Collector): void {
	if (scan === undefined) return;
	constants ??= Map.groupBy(FAMILIES.flatMap(constantsOf), ({ bytes }) => beginning(bytes, 0));
	const seen = new Map<Family, { entry: number; mask: number; first: number }>();
	const found = ({ family, mask }: Constant, at: number) => {
		const entry = entryAt(scan, at);
		let state = seen.get(family);
		if (state?.entry !== entry) seen.set(family, (state = { entry, mask: 0, first: at }));
		const wasTold = bitsIn(state.mask) >= family.need;
		state.mask |= mask;
		if (wasTold || bitsIn(state.mask) < family.need || entry < 0) return;
		const index = scan.module.importedFunctions + entry;
		collector.add(
			"crypto-constants",
			{ binary: path, function: index, functionName: scan.names.get(index), offset: start + state.first },
			family.says,
		);
	};
	for (const at of scan.wideConstants)
		for (const constant of constants.get(beginning(scan.bytes, at)) ?? [])
			if (constant.bytes.every((byte, index) => scan.bytes[at + index] === byte)) found(constant, at);
}

/** The first four bytes. */
function beginning(bytes: Uint8Array | readonly number[], at: number): number {
	return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** As immediates; two words of 32 bits may be stored as one of 64. */
function constantsOf(family: Family): Constant[] {
	const { words, bits } = family;
	const single = words.map((word, index) => ({
		family,
		mask: 1 << index,
		bytes: bits === 32 ? immediate(I32_CONST, word, 32) : immediate(I64_CONST, word, 64),
	}));
	if (bits === 64) return single;
	const pairs = words.slice(1).map((high, index) => ({
		family,
		mask: 3 << index,
		bytes: immediate(I64_CONST, (high << 32n) | words[index]!, 64),
	}));
	return [...single, ...pairs];
}

function immediate(opcode: number, word: bigint, bits: number): number[] {
	const bytes = [opcode];
	for (let rest = BigInt.asIntN(bits, word); ; rest >>= 7n) {
		const low = Number(rest & 0x7fn);
		const isLast = rest >> 7n === ((low & 0x40) === 0 ? 0n : -1n);
		bytes.push(isLast ? low : low | 0x80);
		if (isLast) return bytes;
	}
}

/** The body that holds this place; -1 for none. Bodies stand in order. */
function entryAt({ bodyStart, bodyEnd }: Scan, at: number): number {
	let low = 0;
	let high = bodyStart.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((bodyEnd[middle] ?? 0) <= at) low = middle + 1;
		else high = middle;
	}
	return at >= (bodyStart[low] ?? Number.POSITIVE_INFINITY) ? low : -1;
}

function bitsIn(mask: number): number {
	let count = 0;
	for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
	return count;
}
