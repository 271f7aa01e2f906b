import { givenDirectory } from "../filesystem/shared-open.ts";
import type { HostFamily } from "../host-family.ts";
import { Descriptor } from "./descriptor.ts";

/** wasi:filesystem of 0.3. */
export const FILESYSTEM: HostFamily = {
	"wasi:filesystem/preopens@0.3": (guest) => ({
		getDirectories: () =>
			[...guest.world.descriptors.preopens()].map((open) => [
				new Descriptor(guest, givenDirectory(open), { mutateDirectory: true }),
				open.preopen,
			]),
	}),
	"wasi:filesystem/types@0.3": () => ({ Descriptor }),
};
