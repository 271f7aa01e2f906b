import { filesystemErrorCode } from "../filesystem/error-code.ts";
import type { Errno } from "../../sys/errno.ts";
import type { HostFamily } from "../host-family.ts";
import { Descriptor } from "./descriptor.ts";
import { DirectoryEntryStream } from "./directory-entry-stream.ts";
import type { IoError } from "./io-error.ts";
import { givenDirectory } from "../filesystem/shared-open.ts";

/** wasi:filesystem 0.2. */
export const FILESYSTEM: HostFamily = {
	"wasi:filesystem/preopens@0.2": (guest) => ({
		getDirectories: () =>
			[...guest.world.descriptors.preopens()].map((open) => [
				new Descriptor(guest, givenDirectory(open)),
				open.preopen,
			]),
	}),
	"wasi:filesystem/types@0.2": () => ({
		Descriptor,
		DirectoryEntryStream,
		/** Undefined for the error of a stream that is no file's. */
		filesystemErrorCode: ({ failure: { cause } }: IoError) =>
			typeof cause === "number" ? filesystemErrorCode(cause as Errno) : undefined,
	}),
};
