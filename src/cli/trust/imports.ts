import { Fault } from "../../base/fault.ts";
import type { ContentSource } from "../../oci/content.ts";
import type { OpenedImage } from "../../oci/open-image.ts";
import { programOf } from "../../oci/program.ts";
import { readVerified } from "../../oci/verify.ts";
import { isComponent, MODULE_BYTES_MAX } from "../../wasm/input.ts";
import { readComponent } from "../../wasm/component.ts";
import { readModule } from "../../wasm/read-module.ts";
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
		const names = isComponent(bytes)
			? readComponent(bytes).imports
			: readModule(bytes).imports.map(({ module, name }) => `${module}.${name}`);
		return [...new Set(names)].toSorted();
	} catch (error) {
		// what is not what its digest says is no program that cannot be read
		if (error instanceof Fault && error.code !== "DIGEST_MISMATCH") return undefined;
		throw error;
	}
}
