import { Fault } from "../../base/fault.ts";
import type { KeyValueGrant } from "../../capability/grants.ts";
import { type KeyValueBucket, type KeyValueStores, StoreError } from "../../sys/key-value.ts";
import { openKeyValue } from "./key-value.ts";

/**
 * Opens the stores that were granted: to be done before the second wall, once for all guests that share them.
 *
 * @throws Fault GRANT_REFUSED, naming the grant
 */
export function openKeyValueStores(grants: readonly KeyValueGrant[]): KeyValueStores {
	const stores = new Map<string, KeyValueBucket>();
	for (const grant of grants) stores.set(grant.name, openGranted(grant));
	return { open: (name) => stores.get(name) };
}

function openGranted({ name, file, origin }: KeyValueGrant): KeyValueBucket {
	try {
		return openKeyValue(file);
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		throw new Fault("GRANT_REFUSED", `cannot open the key-value store '${file ?? name}'`, {
			note: [error.message, `asked for by '${origin.where}'`],
			help: `--keyvalue ${name}    for one in memory`,
			cause: error,
		});
	}
}
