import { closeSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import type { SocketReach } from "../host/node/wall/socket-reach.ts";
import { raiseWall } from "../host/node/wall/wall.ts";
import type { OpenedWorld } from "./open-world.ts";
import type { RunOptions } from "./run-options.ts";

/** Raises the second wall, unless the person wants none. */
export function confine(
	{
		places,
		listens,
		sockets,
	}: Pick<OpenedWorld, "places" | "listens"> & { readonly sockets?: SocketReach | undefined },
	isolation: RunOptions["isolation"],
): void {
	if (isolation !== "none") {
		const missing = raiseWall({ places, listeners: listens, sockets }).filter(
			(wall) => wall.missing !== undefined,
		);
		if (isolation === "strict" && missing.length > 0) {
			throw new Fault("ISOLATION_MISSING", "cannot confine the process as --isolation strict demands", {
				note: missing.map(({ name, missing: why }) => `${name}: ${why}`),
				help: [
					"wherry doctor",
					"wherry run --isolation auto ...    to run with the walls that this machine has",
				],
			});
		}
	}
	for (const { descriptor } of places) closeSync(descriptor);
}
