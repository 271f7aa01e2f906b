import { Fault } from "../../base/fault.ts";
import type { KeyValueGrant } from "../../capability/grants.ts";
import { type KeyValueStores, StoreError } from "../../sys/key-value.ts";
import { openKeyValue, type SqliteBucket } from "./key-value.ts";

/**
 * Opens the stores that were granted: to be done before the second wall, once for all guests that share them.
 *
 * @throws Fault GRANT_REFUSED, naming the grant
 */
export function openKeyValueStores(grants: readonly KeyValueGrant[]): KeyValueStores {
	const stores = new Map(grants.map((grant) => [grant.name, openGranted(grant)]));
	if (stores.size > 0) process.once("exit", () => stores.forEach(closeQuietly));
	return { open: (name) => stores.get(name) };
}

/** What is logged ahead is kept in any case: only tidying up has failed. */
function closeQuietly(store: SqliteBucket): void {
	try {
		store.close();
	} catch {
		// nothing was lost, and the process is ending
	}
}

function openGranted({ name, file, origin }: KeyValueGrant): SqliteBucket {
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
