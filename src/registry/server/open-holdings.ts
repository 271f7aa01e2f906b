import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseAny } from "../../oci/parse-manifest.ts";
import { dropUnlinked } from "./blob-requests.ts";
import { Catalogue } from "./catalogue.ts";
import { DiskShelf } from "./disk-shelf.ts";
import type { Holdings } from "./exchange.ts";
import { MemoryShelf } from "./memory-shelf.ts";
import { readWhole } from "./shelf.ts";
import { Uploads } from "./uploads.ts";

export interface HoldingsOptions {
	/** The folder; absent: all in memory. */
	readonly folder?: string;
	readonly deletes: boolean;
	/** Lets go, before anything is served, of blobs that no manifest of their repository names. */
	readonly collect: boolean;
}

export interface OpenHoldings extends Holdings {
	close(): Promise<void>;
}

/**
 * Opens a registry's content, and puts right what an end in the midst of something left: bytes that
 * nothing links are removed, and what is linked but has no bytes is forgotten.
 *
 * @throws Fault STORE_INVALID when another process serves the folder, or it is no registry's
 */
export async function openHoldings({ folder, deletes, collect }: HoldingsOptions): Promise<OpenHoldings> {
	if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
	const catalogue = openCatalogue(folder);
	const shelf = folder === undefined ? new MemoryShelf() : await DiskShelf.open(folder);
	const holdings = { catalogue, shelf, uploads: new Uploads(shelf), deletes };
	await reconcile(holdings);
	if (collect) await dropUnnamed(holdings);
	return {
		...holdings,
		async close() {
			await holdings.uploads.close();
			catalogue.close();
		},
	};
}

function openCatalogue(folder: string | undefined): Catalogue {
	const path = folder === undefined ? ":memory:" : join(folder, "registry.sqlite");
	try {
		return new Catalogue(path);
	} catch (cause) {
		const { errcode } = cause as { errcode?: number };
		throw new Fault("STORE_INVALID", `cannot open the registry in '${folder}'`, {
			note:
				errcode === SQLITE_BUSY
					? "another process serves it"
					: cause instanceof Error
						? cause.message
						: String(cause),
			help: "--storage OTHER-FOLDER",
			cause,
		});
	}
}

const SQLITE_BUSY = 5;

/** The database and the folder, made to agree. */
async function reconcile({ catalogue, shelf }: Holdings): Promise<void> {
	const known = new Map(catalogue.content());
	for await (const [digest, size_bytes] of shelf.list()) {
		const isWhole = known.get(digest) === size_bytes;
		if (!isWhole || catalogue.forgetUnlinked(digest)) shelf.remove(digest);
		if (isWhole) known.delete(digest);
	}
	for (const digest of known.keys()) catalogue.forget(digest);
}

/** Blobs of layers whose manifest was deleted, or whose push never came to its end. */
async function dropUnnamed(holdings: Holdings): Promise<void> {
	const { catalogue, shelf } = holdings;
	const named = new Set<string>();
	for (const [repository, digest] of catalogue.manifests()) {
		const row = catalogue.manifest(repository, digest);
		if (row === undefined) continue;
		const bytes = await readWhole(await shelf.read(digest, 0, row.size_bytes - 1));
		for (const blob of blobsOf(bytes, row.mediaType)) named.add(`${repository} ${blob}`);
	}
	for (const [repository, digest] of catalogue.blobs()) {
		if (named.has(`${repository} ${digest}`)) continue;
		catalogue.unlinkBlob(repository, digest);
		dropUnlinked(holdings, digest);
	}
}

function blobsOf(bytes: Uint8Array, mediaType: string): readonly Digest[] {
	const parsed = parseAny(bytes, mediaType);
	if (parsed.kind === "index") return [];
	return [parsed.manifest.config, ...parsed.manifest.layers].map(({ digest }) => digest);
}
