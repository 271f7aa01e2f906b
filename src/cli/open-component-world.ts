import { openKeyValueStores } from "../host/node/key-value-stores.ts";
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
	_meanwhile: boolean,
): OpenedComponentWorld {
	const opened = openWorld(options, events, root);
	return {
		...opened,
		world: {
			...opened.world,
			readiness: undefined,
			network: undefined,
			http: undefined,
			netRules: options.grants.net,
			config: options.grants.config,
			keyvalue: openKeyValueStores(options.grants.keyvalue),
			log: logSink(options.grants.logLevel, options.format),
		},
	};
}
