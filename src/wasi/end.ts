/**
 * How a guest's run came to its end by its own act. Thrown through the guest's frames; a guest that
 * catches it (`catch_all`) finds every further call of the host throwing it again.
 */
export class End extends Error {
	override readonly name = "End";
	readonly how: Ending;

	constructor(how: Ending) {
		super("the guest has ended");
		this.how = how;
	}
}

export type Ending =
	/** proc_exit, with the guest's own 32-bit code. */
	| { readonly type: "exit"; readonly code: number }
	/** proc_raise, or a write to a pipe nobody reads; a POSIX signal's name. */
	| { readonly type: "signal"; readonly signal: string; readonly number: number }
	/** A component broke a rule of an interface, for which its WIT says that it traps. There is no code of wasm to show. */
	| { readonly type: "trap"; readonly reason: string; readonly frames: readonly never[] }
	/** The host's own failure: ours to answer for. */
	| { readonly type: "bug"; readonly cause: unknown }
	/** The guest's stack ran out inside a call of the host. */
	| { readonly type: "overflow"; readonly cause: unknown };
