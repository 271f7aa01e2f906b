import type { ComponentGuest } from "./component-guest.ts";
import { hostOf } from "./host-family.ts";
import type { Host } from "./host-interface.ts";
import { PREVIEW2 } from "./p2/host.ts";
import { PREVIEW3 } from "./p3/host.ts";

const FAMILIES = [...PREVIEW2, ...PREVIEW3];

/** WASI 0.2 and 0.3 for one guest: components of 0.3 import the older interfaces of adapters as well. */
export function bothPreviews(guest: ComponentGuest): Host {
	return hostOf(FAMILIES, guest);
}
