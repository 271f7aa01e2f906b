import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyValueGrant } from "../../capability/grants.ts";
import type { RunOptions } from "../run-options.ts";

export interface SharedStores {
	readonly options: RunOptions;
	/** To be called when the last worker has ended. */
	readonly remove: () => void;
}

/**
 * Key-value stores that last as long as the service: `--keyvalue NAME` without a file. All workers, and those that take the
 * place of others, have to see the same one, so that it is a file after all, in a folder that nobody else can read.
 */
export function shareStores(options: RunOptions): SharedStores {
	const { keyvalue } = options.grants;
	if (keyvalue.every(({ file }) => file !== undefined)) return { options, remove() {} };
	const folder = mkdtempSync(join(tmpdir(), "wherry-stores-"));
	const shared = keyvalue.map((grant, index): KeyValueGrant => {
		const { name, file = join(folder, `${index}.db`), origin } = grant;
		return { name, file, origin };
	});
	return {
		options: { ...options, grants: { ...options.grants, keyvalue: shared } },
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}
