import type { ComponentGuest } from "../component-guest.ts";
import type { Host } from "../host-interface.ts";
import { cliInterfaces3 } from "./cli.ts";
import { clockInterfaces3 } from "./clocks.ts";
import { filesystemInterfaces3 } from "./filesystem.ts";
import { randomInterfaces3 } from "./random.ts";

/** All of WASI 0.3.0 for one guest, by track: `wasi:cli/stdin@0.3`. */
export function preview3(guest: ComponentGuest): Host {
	return new Map([
		...cliInterfaces3(guest),
		...clockInterfaces3(guest),
		...randomInterfaces3(guest),
		...filesystemInterfaces3(guest),
	]);
}
