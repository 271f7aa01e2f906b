import type { HostFamily } from "../host-family.ts";
import { InputStream } from "./input-stream.ts";
import { IoError } from "./io-error.ts";
import { OutputStream } from "./output-stream.ts";
import { poll, Pollable } from "./pollable.ts";

/** wasi:io 0.2. */
export const IO: HostFamily = {
	"wasi:io/error@0.2": () => ({ Error: IoError }),
	"wasi:io/poll@0.2": (guest) => ({
		Pollable,
		poll: (pollables: readonly Pollable[]) => poll(guest, pollables),
	}),
	"wasi:io/streams@0.2": () => ({ InputStream, OutputStream }),
};
