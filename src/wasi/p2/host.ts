import type { ComponentGuest } from "../component-guest.ts";
import { type HostFamily, hostOf } from "../host-family.ts";
import type { Host } from "../host-interface.ts";
import { CLI } from "./cli.ts";
import { CLOCKS } from "./clocks.ts";
import { FILESYSTEM } from "./filesystem.ts";
import { HTTP } from "./http.ts";
import { IO } from "./io.ts";
import { RANDOM } from "./random.ts";

/** What WASI 0.2 is made of here: one file per family. */
const FAMILIES: readonly HostFamily[] = [IO, CLI, CLOCKS, RANDOM, FILESYSTEM, HTTP];

/** WASI 0.2 for one guest. */
export function preview2(guest: ComponentGuest): Host {
	return hostOf(FAMILIES, guest);
}
