import type { Denial } from "../capability/denial.ts";
import type { Clocks } from "../sys/clocks.ts";
import type { Entropy } from "../sys/entropy.ts";
import type { Waiter } from "../sys/waiter.ts";
import { Denials } from "./denials.ts";
import type { Descriptors } from "./descriptors.ts";
import { End, type Ending } from "./end.ts";
import type { Uses } from "./uses.ts";

/** What the machine lends a guest, whatever version of WASI it speaks. */
export interface World {
	/** argv, the program's name first. */
	readonly args: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly descriptors: Descriptors;
	readonly clocks: Clocks;
	readonly entropy: Entropy;
	readonly waiter: Waiter;
	/**
	 * Called once when the guest ends itself. It may end the process and not return: then there is
	 * nothing for the guest to catch. If it returns, `End` is thrown through the guest.
	 */
	readonly onEnd: (how: Ending) => void;
	/** Undefined: nobody learns from this run. */
	readonly uses?: Uses | undefined;
}

/** One running guest: its world, what it was refused, and whether it is over. */
export class Guest {
	readonly world: World;
	readonly denials = new Denials();
	#end: End | undefined;

	constructor(world: World) {
		this.world = world;
	}

	/** Set once the guest has ended: it may do nothing any more. */
	get end(): End | undefined {
		return this.#end;
	}

	/** Ends the guest. The first ending is final. */
	finish(how: Ending): never {
		this.#end ??= new End(how);
		this.world.onEnd(this.#end.how);
		throw this.#end;
	}

	/** Ends a guest that broke a rule of an interface. `reason`: what it did, as a clause. */
	trap(reason: string): never {
		return this.finish({ type: "trap", reason, frames: [] });
	}

	deny(denial: Denial): void {
		this.denials.record(denial);
		this.world.uses?.denied(denial);
	}
}
