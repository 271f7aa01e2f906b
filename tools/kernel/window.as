import { FREE, MEMORY_MAX } from "./layout";

// A stretch of the file, and room before it for what can be told of it.

export let callerOf: usize = 0;
export let callerOfType: usize = 0;
export let functions: u32 = 0;
export let types: u32 = 0;
export let callees: usize = 0;
export let indirect: usize = 0;
export let wide: usize = 0;
export let taken: usize = 0;
export let window: usize = 0;

export function calleesAt(): usize { return callees; }
export function indirectAt(): usize { return indirect; }
export function wideAt(): usize { return wide; }
export function takenAt(): usize { return taken; }
export function windowAt(): usize { return window; }

/** Room for a module with so many functions and types. False: there is no memory for it. */
export function placeFor(functionCount: u32, typeCount: u32, windowBytes: u32): bool {
	functions = functionCount;
	types = typeCount;
	return place(windowBytes);
}

/** Room for a window of so many bytes, and for all that can be told of it: a call takes two bytes at least. */
export function place(windowBytes: u32): bool {
	// beyond any memory, where sums would begin again at 0
	if (<u64>FREE + ((<u64>functions + <u64>types) << 2) + (<u64>windowBytes << 3) >= MEMORY_MAX) return false;
	const each = (<usize>windowBytes + 7) & ~7;
	callerOf = FREE;
	callerOfType = callerOf + (<usize>functions << 2);
	callees = callerOfType + (<usize>types << 2);
	indirect = callees + (each << 1);
	wide = indirect + (each << 1);
	taken = wide + each;
	window = taken + (each << 1);
	const pages = <i32>((window + each + 0x100ff) >> 16);
	return pages <= memory.size() || memory.grow(pages - memory.size()) >= 0;
}
