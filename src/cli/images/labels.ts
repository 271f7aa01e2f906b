import { Fault } from "../../base/fault.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { openImage } from "../../oci/open-image.ts";
import type { ImageStore } from "../../store/image-store.ts";

/** The labels of an image's config, and the annotations of its manifest, which say the same of an artifact. */
export async function labelsOf(store: ImageStore, descriptor: Descriptor): Promise<[string, string][]> {
	try {
		const { shape, manifest } = await openImage(store.repository(""), descriptor);
		const labels = shape.config?.config.Labels ?? {};
		return [...Object.entries(manifest.annotations ?? {}), ...Object.entries(labels)];
	} catch (error) {
		if (error instanceof Fault) return [];
		throw error;
	}
}
