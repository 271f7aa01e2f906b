import type { ComponentGuest } from "../component-guest.ts";
import { type HostFamily, hostOf } from "../host-family.ts";
import type { Host } from "../host-interface.ts";
import { IO } from "./io.ts";

/** What WASI 0.2 is made of here: one file per family. */
const FAMILIES: readonly HostFamily[] = [IO];

/** WASI 0.2 for one guest. */
export function preview2(guest: ComponentGuest): Host {
	return hostOf(FAMILIES, guest);
}
