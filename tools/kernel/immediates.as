// Numbers, and what else follows an opcode.

@inline
export function afterLeb(at: usize): usize {
	let next = at;
	while (load<u8>(next) >= 0x80) next++;
	return next + 1;
}

/** An unsigned number; 2^32-1 where it has more than 32 bits. */
export function readU32(at: usize): u32 {
	let value: u32 = 0;
	for (let shift: u32 = 0; shift < 35; shift += 7) {
		const byte = <u32>load<u8>(at++);
		if (shift == 28 && (byte & 0x70) != 0) return u32.MAX_VALUE;
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80) break;
	}
	return value;
}

/** `(ref null ht)` and `(ref ht)` have a heap type behind them. */
@inline
export function afterValueType(at: usize): usize {
	const code = load<u8>(at);
	return afterLeb(code == 0x63 || code == 0x64 ? at + 1 : at);
}

@inline
export function afterMemory(at: usize): usize {
	const hasIndex = (load<u8>(at) & 0x40) != 0;
	let next = afterLeb(at);
	if (hasIndex) next = afterLeb(next);
	return afterLeb(next);
}

/** By the kinds of src/wasm/instructions.ts; 0: not known. No list is followed past the body's end. */
export function afterImmediate(at: usize, end: usize, kind: u32): usize {
	switch (kind) {
		case 0: return at;
		case 1: return afterLeb(at);
		case 2: return afterLeb(afterLeb(at));
		case 3: return afterMemory(at);
		case 4: return afterMemory(at) + 1;
		case 5: return at + 1;
		case 6: return at + 4;
		case 7: return at + 8;
		case 8: return at + 16;
		case 9: return afterValueType(at);
		case 10: {
			let next = afterLeb(at);
			for (let labels = <u64>readU32(at) + 1; labels > 0 && next <= end; labels--) next = afterLeb(next);
			return next;
		}
		case 11: {
			let next = afterLeb(at);
			for (let left = readU32(at); left > 0 && next <= end; left--) next = afterValueType(next);
			return next;
		}
		case 12: {
			let next = afterValueType(at);
			const clauses = readU32(next);
			next = afterLeb(next);
			for (let left = clauses; left > 0 && next <= end; left--) {
				const hasTag = load<u8>(next) < 2;
				next = afterLeb(next + 1);
				if (hasTag) next = afterLeb(next);
			}
			return next;
		}
		case 13: return afterLeb(afterLeb(afterLeb(at + 1)));
		default: return 0;
	}
}
