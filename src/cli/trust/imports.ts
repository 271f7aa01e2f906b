import { Fault } from "../../base/fault.ts";
import type { ContentSource } from "../../oci/content.ts";
import type { OpenedImage } from "../../oci/open-image.ts";
import { readVerified } from "../../oci/verify.ts";
import { isComponent, MODULE_BYTES_MAX } from "../../wasm/input.ts";
import { readComponent } from "../../wasm/component.ts";
import { readModule } from "../../wasm/read-module.ts";

/**
 * All that the program of an image can ask of a host, sorted: `module.name`, of a component the names of
 * its interfaces. Undefined where the program is a file among others in layers, or cannot be read.
 */
export async function importsOf(
	source: ContentSource,
	{ shape }: OpenedImage,
): Promise<readonly string[] | undefined> {
	if (shape.kind !== "module") return undefined;
	const bytes = await readVerified(source, shape.layer, MODULE_BYTES_MAX);
	try {
		const names = isComponent(bytes)
			? readComponent(bytes).imports
			: readModule(bytes).imports.map(({ module, name }) => `${module}.${name}`);
		return [...new Set(names)].toSorted();
	} catch (error) {
		if (error instanceof Fault) return undefined;
		throw error;
	}
}
