// Where things lie in memory.

/** What the walk does at an opcode: as `Step` in kernel.ts. */
export const STEPS: usize = 0;
/** What follows an opcode, by opcode; and behind each of the four prefixes: as `Immediate` in src/wasm/instructions.ts. */
export const IMMEDIATES: usize = 0x100;
export const IMMEDIATES_EACH: usize = 0x120;
/** How often each opcode was seen; and each behind the four prefixes. */
export const HISTOGRAM: usize = 0x800;
export const PREFIXED: usize = 0xc00;
export const PREFIXED_EACH: u32 = 0x200;
/** By two bytes of a pattern, those that are rarest: the number of its list, 0 for none. */
export const HEADS: usize = 0x4000;
/** Four counts for each byte, so that runs of one byte do not wait for each other. */
export const COUNTS: usize = 0x14000;
/** `n * log2(n)` for each count of a window, as f64. */
export const WEIGHTS: usize = 0x15000;
/**
 * Where the records of each list begin. A record: its pattern's number (u16), length (u8), where in it the two bytes stand (u8), its bytes; one
 * of length 0 ends the list.
 */
export const LISTS: usize = 0x1e000;
export const RECORDS: usize = 0x1e400;
/** What was found: pairs of a pattern's number and its place. */
export const FOUND: usize = 0x20000;
export const FOUND_MAX: u32 = 0x1000;
/**
 * What is told of bodies, seven lists of so many numbers each: where one starts and ends, its instructions, those in loops, those of these
 * that mix, and how many callees and types of indirect calls there were up to its end.
 */
export const BODIES: usize = 0x28000;
export const BODIES_MAX: u32 = 0x1000;
export const LIST: usize = 0x4000;
/** From here on everything is placed by `place`. */
export const FREE: usize = 0x48000;
export const MEMORY_MAX: u64 = 0xf000_0000;
