import type { Resource } from "../entities.ts";
import type { Whole } from "./context.ts";

/** A resource that a guest defines, as its callers hold it. Disposing of it runs the guest's destructor. */
export class GuestResource {
	readonly #resource: Resource;
	readonly #whole: Whole;
	readonly #owned: boolean;
	#rep: number | undefined;

	constructor(resource: Resource, rep: number, whole: Whole, owned: boolean) {
		this.#resource = resource;
		this.#rep = rep;
		this.#whole = whole;
		this.#owned = owned;
	}

	/** @throws TypeError for one of another kind or instance, or that is gone */
	rep(resource: Resource, whole: Whole): number {
		if (this.#resource !== resource || this.#whole !== whole)
			throw new TypeError(`a resource '${resource.name ?? ""}' of this very instance was wanted`);
		if (this.#rep === undefined) throw new TypeError("the resource was given away or disposed of");
		return this.#rep;
	}

	/** Gives it away: it is nobody's to use here any more. */
	take(resource: Resource, whole: Whole): number {
		const rep = this.rep(resource, whole);
		if (!this.#owned) throw new TypeError("a resource that is only borrowed cannot be given away");
		this.#rep = undefined;
		return rep;
	}

	[Symbol.dispose](): void {
		const rep = this.#rep;
		this.#rep = undefined;
		if (rep !== undefined && this.#owned) this.#whole.destroy(this.#resource, rep);
	}
}
