import type { ComponentGuest } from "../component-guest.ts";
import { type HostFamily, hostOf } from "../host-family.ts";
import type { Host } from "../host-interface.ts";
import { CLI } from "./cli.ts";
import { CLOCKS } from "./clocks.ts";
import { FILESYSTEM } from "./filesystem.ts";
import { IO } from "./io.ts";
import { RANDOM } from "./random.ts";

/** What nearly every program imports. */
export const BASICS: readonly HostFamily[] = [IO, CLI, CLOCKS, RANDOM, FILESYSTEM];

/** The part of WASI 0.2 that is enough for most programs, for one guest: there is less of it to load. */
export function basics(guest: ComponentGuest): Host {
	return hostOf(BASICS, guest);
}

/** Whether an import, `wasi:sockets/tcp@0.2.6`, is of another part. */
export function isBasic(name: string): boolean {
	return /^wasi:(?:io|cli|clocks|random|filesystem)\/[^@]*@0\.2\./.test(name);
}
