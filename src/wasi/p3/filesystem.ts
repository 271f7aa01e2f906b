import type { ComponentGuest } from "../component-guest.ts";
import { isMutable } from "../filesystem/beneath.ts";
import type { HostInterface } from "../host-interface.ts";
import { Descriptor } from "./descriptor.ts";

const FIRST_PREOPEN = 3;

/** wasi:filesystem of 0.3. */
export function filesystemInterfaces3(guest: ComponentGuest): readonly [name: string, HostInterface][] {
	return [
		["wasi:filesystem/types@0.3", { Descriptor }],
		["wasi:filesystem/preopens@0.3", { getDirectories: () => preopens(guest) }],
	];
}

/** The directories that the guest was given. Their descriptors live as long as the guest, however often it asks. */
function preopens(guest: ComponentGuest): [Descriptor, string][] {
	const { descriptors } = guest.world;
	const found: [Descriptor, string][] = [];
	for (let fd = FIRST_PREOPEN; ; fd += 1) {
		const open = descriptors.get(fd);
		if (open === undefined) return found;
		if (open.kind !== "directory" || open.preopen === undefined) continue;
		const flags = { read: true, mutateDirectory: isMutable(open.directory) };
		found.push([new Descriptor(guest, open, flags, () => undefined), open.preopen]);
	}
}
