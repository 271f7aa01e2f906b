import type { Entry } from "../component/entry.ts";
import type { ComponentInstance, Linked } from "../component/linked.ts";
import type { Denial } from "../capability/denial.ts";
import type { Exchange } from "../sys/http.ts";
import { bothPreviews } from "../wasi/both-previews.ts";
import type { ComponentWorld } from "../wasi/component-guest.ts";
import type { Open } from "../wasi/descriptors.ts";
import type { Host } from "../wasi/host-interface.ts";
import { cancelRequests } from "../wasi/http/outgoing.ts";
import { preview2 } from "../wasi/p2/host.ts";
import { serveExchange2 } from "../wasi/p2/http-service.ts";
import { preview3 } from "../wasi/p3/host.ts";
import { serveExchange3 } from "../wasi/p3/http-service.ts";
import type { Making, Meters } from "./meters.ts";
import type { Instance } from "./pool.ts";
import { PrefixedStream } from "./prefixed-stream.ts";
import { ServedGuest } from "./served-guest.ts";

/** How a component is served: what is called of it, and which hosts it imports. */
export interface ComponentService {
	readonly linked: Linked;
	readonly entry: Entry;
	/** The tracks of WASI among its imports. */
	readonly imports: ReadonlySet<Entry["track"]>;
	/** A world for one more instance. */
	readonly world: () => ComponentWorld;
	/** How many descriptors it is given in it; further ones are its own. */
	readonly given: number;
	/** Whether all that it is lent is as it was once it has let go of everything: no files of its own in memory. */
	readonly canRenew: boolean;
	/** Whether its standard streams are PrefixedStreams. */
	readonly hasPrefixes: boolean;
	/** Gives back what lies behind memories that are not used any more. */
	readonly discard: (memories: Iterable<WebAssembly.Memory>) => void;
	/** For core modules that were compiled to ask. */
	readonly meters: Meters;
}

/** One more instance. Throws what a start function throws; what that has opened is closed then. */
export function makeInstance(service: ComponentService): Instance | Promise<Instance> {
	const guest = new ServedGuest(service.world());
	const abandon = (cause: unknown): never => {
		closeOwn(guest, service);
		throw cause;
	};
	try {
		const { made, making } = service.meters.during(guest, () =>
			service.linked.instantiate(hostOf(guest, service)),
		);
		if (!(made instanceof Promise)) return new ComponentServing(service, making, made);
		return made.then(
			(instance) => new ComponentServing(service, making, instance),
			(cause: unknown) => {
				service.meters.forget(making.ids);
				return abandon(cause);
			},
		);
	} catch (cause) {
		return abandon(cause);
	}
}

/** Closes what the guest left open. */
function closeOwn(guest: ServedGuest, { given }: ComponentService): void {
	cancelRequests(guest);
	guest.world.descriptors.closeFrom(given);
}

function hostOf(guest: ServedGuest, { imports }: ComponentService): Host {
	if (!imports.has("0.3")) return preview2(guest);
	return imports.has("0.2") ? bothPreviews(guest) : preview3(guest);
}

/** A component's instance that answers requests. */
class ComponentServing implements Instance {
	readonly #service: ComponentService;
	readonly #guest: ServedGuest;
	readonly #instance: ComponentInstance;
	readonly #making: Making;

	constructor(service: ComponentService, making: Making, instance: ComponentInstance) {
		this.#service = service;
		this.#guest = making.guest;
		this.#making = making;
		this.#instance = instance;
		making.renewal.made();
	}

	get memory_bytes(): number {
		return this.#instance.memorySize();
	}

	get denials(): readonly Denial[] {
		return this.#guest.denials.list;
	}

	handle(exchange: Exchange & { readonly id: string }): void | Promise<void> {
		const { descriptors } = this.#guest.world;
		if (this.#service.hasPrefixes) for (const fd of [1, 2]) beginLine(descriptors.get(fd), exchange.id);
		const { track, interfaceName } = this.#service.entry;
		const serve = track === "0.2" ? serveExchange2 : serveExchange3;
		this.#service.meters.begin();
		return serve(this.#instance, interfaceName, this.#guest, exchange);
	}

	stop(): void {
		this.#guest.stop();
	}

	/** Its memory is its own; what the host keeps for it is as it was. */
	reset(): boolean {
		if (this.#guest.end !== undefined) return false;
		this.#closeOwn();
		return true;
	}

	/** Of the guest's nothing is left, nor of what the host kept for it. */
	renew(): boolean {
		const { canRenew } = this.#service;
		if (!canRenew || !isResettable(this.#instance) || !this.reset()) return false;
		return this.#instance.reset() && this.#guest.isUnused && this.#making.renewal.renew();
	}

	close(): void {
		this.#service.meters.forget(this.#making.ids);
		if (Symbol.dispose in this.#instance) (this.#instance as Disposable)[Symbol.dispose]();
		this.#service.discard(this.#instance.memories());
		this.#closeOwn();
		// one of 0.3 may go on when it has answered: what it waits for throws now, so that its stack unwinds
		if (this.#service.imports.has("0.3")) this.#guest.stop();
	}

	#closeOwn(): void {
		closeOwn(this.#guest, this.#service);
	}
}

/** Our own linker's; jco's glue keeps a state of its own that nobody can put back. */
function isResettable(instance: ComponentInstance): instance is ComponentInstance & { reset(): boolean } {
	return "reset" in instance;
}

function beginLine(open: Open | undefined, id: string): void {
	if (open?.kind === "stream" && open.stream instanceof PrefixedStream) open.stream.begin(id);
}
