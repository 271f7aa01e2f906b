import { COUNTS, FOUND, FOUND_MAX, HEADS, LISTS, WEIGHTS } from "./layout";
import { window } from "./window";

// Over data, byte by byte.

/** Of bytes that are ASCII, or are not, for more than this share no two bits are told by the highest: see `weigh`. */
const MIXED_LEAST: f64 = 0.27;

/**
 * The sum of `n * log2(n)` over the counts of bytes in a stretch of the window, `length` of them, a multiple of 16. -1 where the highest
 * bits of its bytes say already that each tells less than 7.85 bits: h(0.27) + 7 is 7.84.
 */
export function weigh(from: u32, length: u32): f64 {
	const start = window + <usize>from;
	const end = start + <usize>length;
	let high: i32 = 0;
	for (let at = start; at < end; at += 16) high += popcnt(i8x16.bitmask(v128.load(at)));
	const share = <f64>high / <f64>length;
	if (share < MIXED_LEAST || share > 1 - MIXED_LEAST) return -1;
	memory.fill(COUNTS, 0, 0x1000);
	for (let at = start; at < end; at += 4) {
		const bytes = load<u32>(at);
		tally(COUNTS + ((bytes & 0xff) << 2));
		tally(COUNTS + 0x400 + ((bytes >> 6) & 0x3fc));
		tally(COUNTS + 0x800 + ((bytes >> 14) & 0x3fc));
		tally(COUNTS + 0xc00 + ((bytes >> 22) & 0x3fc));
	}
	let sum: f64 = 0;
	for (let at: usize = COUNTS; at < COUNTS + 0x400; at += 4) {
		const count = load<u32>(at) + load<u32>(at, 0x400) + load<u32>(at, 0x800) + load<u32>(at, 0xc00);
		sum += load<f64>(WEIGHTS + (<usize>count << 3));
	}
	return sum;
}

@inline
function tally(counter: usize): void {
	store<u32>(counter, load<u32>(counter) + 1);
}

/** How many pairs are in FOUND. */
export let foundCount: u32 = 0;

/**
 * Looks for the patterns whose two rarest bytes stand in `from ... to` of the window, and which lie wholly in its `length`.
 *
 * @returns where it stopped: `to`, or earlier where FOUND is full
 */
export function match(from: u32, to: u32, length: u32): u32 {
	const end = window + <usize>length;
	const last = min(window + <usize>to, end - 1);
	foundCount = 0;
	let at = window + <usize>from;
	for (; at < last; at++) {
		// eight places at a time, for as long as there is nothing at any of them
		while (at + 8 <= last && !isAnyOf8(at)) at += 8;
		if (at >= last) break;
		const list = load<u8>(HEADS + <usize>load<u16>(at));
		if (list == 0) continue;
		if (foundCount + 0x100 > FOUND_MAX) return <u32>(at - window);
		compare(at, end, <usize>load<u32>(LISTS + (<usize>list << 2)));
	}
	return to;
}

@inline
function isAnyOf8(at: usize): bool {
	const even = load<u64>(at);
	const odd = load<u64>(at, 1);
	const one = list(even) | list(even >> 16) | list(even >> 32) | list(even >> 48);
	const other = list(odd) | list(odd >> 16) | list(odd >> 32) | list(odd >> 48);
	return (one | other) != 0;
}

@inline
function list(pair: u64): u32 {
	return <u32>load<u8>(HEADS + (<usize>pair & 0xffff));
}

function compare(at: usize, end: usize, first: usize): void {
	let record = first;
	for (;;) {
		const length = <usize>load<u8>(record, 2);
		if (length == 0) return;
		const begin = at - <usize>load<u8>(record, 3);
		if (begin >= window && begin + length <= end && isAt(begin, record + 4, length)) {
			const pair = FOUND + (<usize>(foundCount++) << 3);
			store<u32>(pair, load<u16>(record));
			store<u32>(pair, <u32>(begin - window), 4);
		}
		record += length + 4;
	}
}

@inline
function isAt(at: usize, bytes: usize, length: usize): bool {
	for (let index: usize = 0; index < length; index++) if (load<u8>(at + index) != load<u8>(bytes + index)) return false;
	return true;
}
