import type { ComponentGuest } from "../component-guest.ts";
import { CONFIG } from "../config.ts";
import { type HostFamily, hostOf } from "../host-family.ts";
import type { Host } from "../host-interface.ts";
import { KEYVALUE_DRAFT } from "../keyvalue/draft.ts";
import { KEYVALUE_DRAFT2 } from "../keyvalue/draft2.ts";
import { LOGGING } from "../logging.ts";
import { BASICS } from "./basics.ts";
import { HTTP } from "./http.ts";
import { SOCKETS } from "./sockets.ts";

const SERVICES: readonly HostFamily[] = [CONFIG, KEYVALUE_DRAFT, KEYVALUE_DRAFT2, LOGGING];

/** What WASI 0.2 is made of here: one file per family. */
export const PREVIEW2: readonly HostFamily[] = [...BASICS, SOCKETS, HTTP, ...SERVICES];

/** WASI 0.2 for one guest, and what has no release yet. */
export function preview2(guest: ComponentGuest): Host {
	return hostOf(PREVIEW2, guest);
}
