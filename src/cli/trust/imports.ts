import { Fault } from "../../base/fault.ts";
import { worldOf } from "../../component/world.ts";
import type { ContentSource } from "../../oci/content.ts";
import type { OpenedImage } from "../../oci/open-image.ts";
import { programOf } from "../../oci/program.ts";
import { readVerified } from "../../oci/verify.ts";
import { isComponent, MODULE_BYTES_MAX } from "../../wasm/input.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { readModule } from "../../wasm/read-module.ts";
import { LOCKED_IMPORTS_MAX } from "../../trust/lock.ts";
import { programIn, readRoot } from "../image-root.ts";

/**
 * All that the program of an image can ask of a host, sorted: `module.name`, of a component the names of
 * its interfaces. Of an image with files it is the program that runs where nobody names another. Undefined where
 * there is none, or it cannot be read.
 *
 * @param folder the store's, which holds the image
 */
export async function importsOf(
	source: ContentSource,
	{ shape }: OpenedImage,
	folder: string,
): Promise<readonly string[] | undefined> {
	try {
		const bytes =
			shape.kind === "module"
				? await readVerified(source, shape.layer, MODULE_BYTES_MAX)
				: programIn(readRoot(folder, shape), programOf(shape, { args: [] }).paths, "");
		return importNames(bytes);
	} catch (error) {
		// what is not what its digest says is no program that cannot be read
		if (error instanceof Fault && error.code !== "DIGEST_MISMATCH") return undefined;
		throw error;
	}
}

/**
 * All of them, each once, sorted, by the same readers that a run has: one that passes over what it does not know would let an update
 * hide what it newly needs.
 *
 * @throws Fault MODULE_INVALID, MODULE_TOO_LARGE, COMPONENT_INVALID
 */
export function importNames(bytes: Uint8Array): readonly string[] {
	const names = isComponent(bytes)
		? worldOf(readDefinitions(bytes)).imports.keys()
		: readModule(bytes).imports.map(({ module, name }) => `${module}.${name}`);
	const sorted = [...new Set(names)].toSorted();
	const characters = sorted.reduce((sum, name) => sum + name.length, 0);
	if (sorted.length > LOCKED_IMPORTS_MAX || characters > CHARACTERS_MAX)
		throw new Fault("MODULE_TOO_LARGE", "cannot lock what the program imports: it is too much for a lock");
	return sorted;
}

/** Of all names together: one image must not make the lock too large to be read. */
const CHARACTERS_MAX = 1 << 20;
