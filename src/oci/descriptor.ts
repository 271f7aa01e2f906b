import type { Digest } from "./digest.ts";

/** What there is to know of a blob or manifest before one has it (image-spec, descriptor.md). */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	/** In bytes, 0 to 2^53-1: the spec's name. */
	readonly size: number;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly artifactType?: string;
	readonly platform?: Platform;
}

export interface Platform {
	readonly architecture: string;
	readonly os: string;
	readonly variant?: string;
}
