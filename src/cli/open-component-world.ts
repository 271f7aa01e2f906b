import { openKeyValueStores } from "../host/node/key-value-stores.ts";
import { systemNetwork } from "../host/node/network.ts";
import { systemReadiness } from "../host/node/readiness.ts";
import type { ComponentWorld } from "../wasi/component-guest.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { logSink } from "./log-sink.ts";
import { type OpenedWorld, openWorld, type WorldEvents } from "./open-world.ts";
import type { RunOptions } from "./run-options.ts";

export interface OpenedComponentWorld extends OpenedWorld {
	readonly world: ComponentWorld;
}

/**
 * Opens everything that was granted to a component, as `openWorld` does for a module, and what only components know.
 *
 * @param meanwhile whether other work goes on while the guest waits
 * @throws Fault GRANT_NOT_FOUND, GRANT_REFUSED
 */
export function openComponentWorld(
	options: RunOptions,
	events: WorldEvents,
	root: TreeDirectory | undefined,
	meanwhile: boolean,
): OpenedComponentWorld {
	const { net } = options.grants;
	// a component opens its listeners itself
	const opened = openWorld({ ...options, grants: { ...options.grants, net: [] } }, events, root);
	return {
		...opened,
		world: {
			...opened.world,
			readiness: meanwhile ? systemReadiness() : undefined,
			network: net.length === 0 ? undefined : systemNetwork(),
			http: undefined,
			netRules: net,
			config: options.grants.config,
			keyvalue: openKeyValueStores(options.grants.keyvalue),
			log: logSink(options.grants.logLevel, options.format),
		},
	};
}
