import { parseAddress } from "../../base/ip-address.ts";
import { parseName } from "../../capability/net-host.ts";
import { Errno } from "../../sys/errno.ts";
import type { Lookup } from "../../sys/network.ts";
import type { Unnumbered } from "../descriptors.ts";
import type { Wait } from "../waits.ts";
import type { GuestNetwork } from "./guest-network.ts";

/**
 * A name that a guest looks up: what comes of it is remembered, so that its addresses may be connected to.
 * INVAL for what is no name, ACCES for one that is not granted. A failure of the resolver is told by `result`.
 */
export class GuestLookup {
	readonly #network: GuestNetwork;
	readonly #name: string;
	readonly #lookup: Lookup | undefined;
	#result: readonly string[] | Errno;
	/** It holds sockets while it is under way. */
	readonly #entry: Unnumbered = { close: () => this.close() };

	static begin(network: GuestNetwork, name: string): GuestLookup | Errno {
		const address = parseAddress(name);
		if (address !== undefined) return new GuestLookup(network, name, [address]);
		const plain = parseName(asciiName(name));
		if (plain === undefined) return Errno.INVAL;
		const found = network.lookup(plain);
		if (found === Errno.ACCES) return found;
		const lookup = new GuestLookup(network, plain, found);
		return lookup.#isCounted() ? lookup : Errno.MFILE;
	}

	private constructor(network: GuestNetwork, name: string, found: Lookup | readonly string[] | Errno) {
		this.#network = network;
		this.#name = name;
		this.#lookup = isLookup(found) ? found : undefined;
		this.#result = isLookup(found) ? Errno.AGAIN : found;
		this.#remember();
	}

	/** The addresses; AGAIN while it is under way. */
	result(): readonly string[] | Errno {
		if (this.#result !== Errno.AGAIN || this.#lookup === undefined) return this.#result;
		this.#result = this.#lookup.result();
		if (this.#result === Errno.AGAIN) return this.#result;
		this.#release();
		this.#remember();
		return this.#result;
	}

	wait(): Wait {
		const lookup = this.#lookup;
		if (this.#result !== Errno.AGAIN || lookup === undefined) return { type: "ready" };
		return {
			type: "steps",
			isReady: () => this.result() !== Errno.AGAIN,
			interests: () => lookup.interests,
			dueIn_ns: () => lookup.dueIn_ns(),
		};
	}

	close(): void {
		if (this.#result !== Errno.AGAIN) return;
		this.#result = Errno.CANCELED;
		this.#release();
	}

	#isCounted(): boolean {
		if (this.#result !== Errno.AGAIN || this.#network.own(this.#entry)) return true;
		this.#lookup?.close();
		return false;
	}

	#release(): void {
		this.#lookup?.close();
		this.#network.disown(this.#entry);
	}

	#remember(): void {
		if (typeof this.#result !== "number" && parseAddress(this.#name) === undefined)
			this.#network.resolved.record(this.#name, this.#result);
	}
}

function isLookup(found: Lookup | readonly string[] | Errno): found is Lookup {
	return typeof found === "object" && "result" in found;
}

/** A name in the letters of DNS (IDNA, as URLs have it); as it is where it cannot be one. */
function asciiName(name: string): string {
	// oxlint-disable-next-line no-control-regex -- whether there are others than ASCII's
	if (/^[\x00-\x7f]*$/.test(name) || name.length > 253 || /[/?#@:\\[\]%\s]/.test(name)) return name;
	return URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : name;
}
