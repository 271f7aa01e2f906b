import { readSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import type { TreeDirectory } from "../../sys/file-tree.ts";
import type { TlsFiles } from "../tls-files.ts";
import type { ServeOptions } from "./serve-options.ts";

/** All that a worker needs to know. It reads no file for it: the same bytes run as long as the service does. */
export interface StartFrame {
	readonly options: ServeOptions;
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Of an image. */
	readonly root: TreeDirectory | undefined;
	readonly tls: TlsFiles | undefined;
	/** Whether it gets the listening socket; otherwise it opens its own. */
	readonly hasListener: boolean;
	/** Whether the supervisor is told what guests use. */
	readonly learns: boolean;
	/** What the access log goes to; undefined: nobody wants one. */
	readonly log: { readonly kind: "file" | "pipe"; readonly isOutput: boolean } | undefined;
}

export function encodeFrame(frame: StartFrame): Uint8Array {
	return serialize(frame);
}

const STANDARD_INPUT = 0;
const CHUNK_BYTES = 1 << 20;

/** From standard input, to its end. */
export function readFrame(): StartFrame {
	const chunks: Buffer[] = [];
	for (;;) {
		const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
		const count = readSync(STANDARD_INPUT, chunk);
		if (count === 0) return deserialize(Buffer.concat(chunks)) as StartFrame;
		chunks.push(chunk.subarray(0, count));
	}
}
