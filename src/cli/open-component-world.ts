import { Fault } from "../base/fault.ts";
import type { KeyValueGrant } from "../capability/grants.ts";
import { reachesOut } from "../capability/net-gate.ts";
import { type SocketReach, socketReach } from "../host/node/wall/socket-reach.ts";
import type { ComponentWorld } from "../wasi/component-guest.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import type { HttpClient } from "../sys/http.ts";
import type { KeyValueStores } from "../sys/key-value.ts";
import type { Network } from "../sys/network.ts";
import type { Readiness } from "../sys/readiness.ts";
import { logSink } from "./log-sink.ts";
import { type OpenedWorld, openWorld, type WorldEvents } from "./open-world.ts";
import type { RunOptions } from "./run-options.ts";
import { readText } from "./text-file.ts";

export interface OpenedComponentWorld extends OpenedWorld {
	readonly world: ComponentWorld;
	/** What of the network the second wall lets through. */
	readonly sockets: SocketReach | undefined;
}

/** What a component needs of its host. */
export interface Needs {
	/** Other work goes on while the guest waits. */
	readonly meanwhile: boolean;
	/** It imports what sends requests by HTTP. */
	readonly http: boolean;
}

/**
 * Opens everything that was granted to a component, as `openWorld` does for a module, and what only components know.
 *
 * @throws Fault GRANT_NOT_FOUND, GRANT_REFUSED, GRANT_INVALID
 */
export async function openComponentWorld(
	options: RunOptions,
	events: WorldEvents,
	root: TreeDirectory | undefined,
	needs: Needs,
): Promise<OpenedComponentWorld> {
	const { net, keyvalue, config } = options.grants;
	const { learning } = options;
	learning?.ofComponent();
	const stores = keyvalue.length === 0 ? NO_STORES : await openStores(keyvalue);
	// a component opens its listeners itself
	const opened = openWorld({ ...options, grants: { ...options.grants, net: [] } }, events, root);
	return {
		...opened,
		sockets: socketReach(net),
		world: {
			...opened.world,
			readiness: needs.meanwhile ? await openReadiness() : undefined,
			network: net.length === 0 ? undefined : await openNetwork(),
			http: needs.http && reachesOut(net) ? await openHttpClient(options.tlsCa) : undefined,
			netRules: net,
			config: learning?.config(config) ?? config,
			keyvalue: learning?.stores(stores) ?? stores,
			log: logSink(options.grants.logLevel, options.format),
		},
	};
}

// what is loaded for a few is loaded for those, and here: before no file can be read any more

async function openReadiness(): Promise<Readiness> {
	return (await import("../host/node/readiness.ts")).systemReadiness();
}

async function openNetwork(): Promise<Network | undefined> {
	return (await import("../host/node/network.ts")).systemNetwork();
}

async function openStores(grants: readonly KeyValueGrant[]): Promise<KeyValueStores> {
	return (await import("../host/node/key-value-stores.ts")).openKeyValueStores(grants);
}

const NO_STORES: KeyValueStores = { open: () => undefined };

async function openHttpClient(tlsCa: readonly string[]): Promise<HttpClient> {
	const { certificatesIn, prepareHttpClient } = await import("../host/node/http-client.ts");
	const extraCertificates = tlsCa.flatMap((file) => {
		const found = certificatesIn(readText(file, "the certificates"));
		if (found !== undefined) return found;
		throw new Fault("GRANT_INVALID", `cannot read the certificates '${file}'`, {
			note: "there is none in it, or one is broken: what is wanted is text with lines '-----BEGIN CERTIFICATE-----' (PEM)",
		});
	});
	return (await prepareHttpClient({ extraCertificates }))();
}
