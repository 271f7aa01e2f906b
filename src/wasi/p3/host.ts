import type { ComponentGuest } from "../component-guest.ts";
import { type HostFamily, hostOf } from "../host-family.ts";
import type { Host } from "../host-interface.ts";
import { CLI } from "./cli.ts";
import { CLOCKS } from "./clocks.ts";
import { FILESYSTEM } from "./filesystem.ts";
import { HTTP } from "./http.ts";
import { RANDOM } from "./random.ts";
import { SOCKETS } from "./sockets.ts";

/** What WASI 0.3.0 is made of here: one file per family. */
export const PREVIEW3: readonly HostFamily[] = [CLI, CLOCKS, RANDOM, FILESYSTEM, SOCKETS, HTTP];

/** WASI 0.3.0 for one guest. */
export function preview3(guest: ComponentGuest): Host {
	return hostOf(PREVIEW3, guest);
}
