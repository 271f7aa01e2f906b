import type { ComponentGuest } from "../component-guest.ts";
import type { Host, HostInterface } from "../host-interface.ts";

/** All of WASI 0.3.0 for one guest, by track: `wasi:cli/stdin@0.3`. */
export function preview3(_guest: ComponentGuest): Host {
	return new Map<string, HostInterface>();
}
