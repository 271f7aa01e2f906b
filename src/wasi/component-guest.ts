import type { NetRule } from "../capability/grants.ts";
import type { HttpClient } from "../sys/http.ts";
import type { KeyValueStores } from "../sys/key-value.ts";
import type { Network } from "../sys/network.ts";
import type { Readiness } from "../sys/readiness.ts";
import { Guest, type World } from "./guest.ts";
import type { LogSink } from "./services.ts";
import { type Waits, waitsOf } from "./waits.ts";

/** What a component can be lent beyond a module of preview1. */
export interface ComponentWorld extends World {
	/** Undefined: waiting stops the thread. */
	readonly readiness: Readiness | undefined;
	/** Undefined where this host has no sockets, or none was granted. */
	readonly network: Network | undefined;
	/** Undefined where nothing may be connected to. */
	readonly http: HttpClient | undefined;
	/** Whom sockets and requests may reach. */
	readonly netRules: readonly NetRule[];
	/** wasi:config/store. */
	readonly config: ReadonlyMap<string, string>;
	/** wasi:keyvalue; by the names that were granted. */
	readonly keyvalue: KeyValueStores;
	/** wasi:logging. */
	readonly log: LogSink;
}

/** Streams, pollables, errors, descriptors, sockets, requests: so many a guest may hold at once. */
export const RESOURCES_MAX = 65_536;

/** One instance of a component: what WASI 0.2 and 0.3 know of it. */
export class ComponentGuest extends Guest {
	declare readonly world: ComponentWorld;
	readonly waits: Waits;
	#resources = 0;

	constructor(world: ComponentWorld) {
		super(world);
		this.waits = waitsOf(world);
	}

	/** The weight of what the host keeps for this guest. */
	get resources(): number {
		return this.#resources;
	}

	/** Counts what the host keeps for this guest. Traps at the limit. */
	holdResource(weight: number): void {
		if (this.#resources + weight > RESOURCES_MAX) this.trap(`it holds more than ${RESOURCES_MAX} resources`);
		this.#resources += weight;
	}

	releaseResource(weight: number): void {
		this.#resources -= weight;
	}
}
