import type { Digest } from "../../oci/digest.ts";
import type { Inventory, Part } from "./part.ts";

/** A bill of materials: what an image or a lone program is made of. */
export interface Bill {
	/** What it is called: the image's name, or the file's. */
	readonly name: string;
	readonly version: string | undefined;
	/** Of the manifest, or of the lone program. */
	readonly digest: Digest;
	/** The wasm programs in it. One without a path: the bill is of that program itself. */
	readonly programs: readonly BilledProgram[];
	/** What files in the image say of packages that are in it. */
	readonly packages: readonly Part[];
	/** RFC 3339, from SOURCE_DATE_EPOCH; undefined: the bill tells no time, and is the same at any. */
	readonly timestamp: string | undefined;
	/** The version of wherry that wrote it. */
	readonly toolVersion: string;
}

export interface BilledProgram {
	/** Where it is in the image. */
	readonly path: string | undefined;
	readonly digest: Digest;
	readonly inventory: Inventory;
}
