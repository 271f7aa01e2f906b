/** What ends a guest that broke the canonical ABI: as a trap of its own code does. */
export function trap(what: string): Error {
	return new WebAssembly.RuntimeError(`canonical ABI: ${what}`);
}

/** The component uses something that this linker does not have: jco's does. */
export class Unsupported extends Error {
	override readonly name = "Unsupported";
}
