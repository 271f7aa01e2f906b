import { join } from "node:path";
import { dataFolder } from "../../host/node/folders.ts";
import { ImageStore } from "../../store/image-store.ts";

/** Where images are kept. */
export function storeFolder(): string {
	return join(dataFolder(), "images");
}

/** @throws Fault STORE_INVALID */
export function openStore(): ImageStore {
	return ImageStore.open(storeFolder());
}
