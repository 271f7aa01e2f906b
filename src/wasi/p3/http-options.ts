import type { HttpTimeouts } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { ComponentError } from "../host-interface.ts";
import { Resource } from "../resource.ts";

interface Settings {
	timeouts: HttpTimeouts;
	/** Those of a request do not change any more. */
	isMutable: boolean;
}

/** `request-options` of wasi:http/types. Durations are nanoseconds. */
export class RequestOptions extends Resource {
	readonly #settings: Settings;

	constructor(guest: ComponentGuest, settings: Settings = { timeouts: {}, isMutable: true }) {
		super(guest);
		this.#settings = settings;
	}

	/** What it holds, given away with the handle: another one may be made of it, and nothing changes it any more. */
	give(): Settings {
		this[Symbol.dispose]();
		this.#settings.isMutable = false;
		return this.#settings;
	}

	getConnectTimeout(): bigint | undefined {
		return this.#settings.timeouts.connect_ns;
	}

	setConnectTimeout(duration_ns: bigint | undefined): void {
		this.#change({ connect_ns: duration_ns });
	}

	getFirstByteTimeout(): bigint | undefined {
		return this.#settings.timeouts.firstByte_ns;
	}

	setFirstByteTimeout(duration_ns: bigint | undefined): void {
		this.#change({ firstByte_ns: duration_ns });
	}

	getBetweenBytesTimeout(): bigint | undefined {
		return this.#settings.timeouts.betweenBytes_ns;
	}

	setBetweenBytesTimeout(duration_ns: bigint | undefined): void {
		this.#change({ betweenBytes_ns: duration_ns });
	}

	clone(): RequestOptions {
		return new RequestOptions(this.guest, { timeouts: this.#settings.timeouts, isMutable: true });
	}

	#change(change: HttpTimeouts): void {
		if (!this.#settings.isMutable) throw new ComponentError({ tag: "immutable" });
		this.#settings.timeouts = { ...this.#settings.timeouts, ...change };
	}
}
