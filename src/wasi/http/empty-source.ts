import type { ByteSource } from "../../sys/http.ts";

/** The body of a message that has none. */
export const EMPTY_SOURCE: ByteSource = {
	read: () => "end",
	readable: () => Promise.resolve(),
	isReadable: true,
	trailers: undefined,
	cancel: () => undefined,
};
