/** Looks for an image's signatures where the image is, and holds them to keys. */
import type { Repository } from "../oci/content.ts";
import type { Digest } from "../oci/digest.ts";
import { openImage } from "../oci/open-image.ts";
import { readVerified } from "../oci/verify.ts";
import type { Evidence, SignaturesFound, ValidSignature } from "./demand-signatures.ts";
import { MODULE_BYTES_MAX } from "../wasm/input.ts";
import { verifyEmbedded } from "./embedded.ts";
import { readEmbeddedKey } from "./embedded-keys.ts";
import { parsePublicKey, type PublicKey } from "./keys.ts";
import type { SignatureRecord } from "./records.ts";
import { findSignatures } from "./signatures.ts";
import type { TrustKey } from "./trust-policy.ts";
import { verifySignature } from "./verify-signature.ts";

/**
 * The signatures beside the manifest `digest` in `repository`; they are looked for once.
 *
 * @param platform of an index: whose module is looked into, as `candidates` has it; "" for the best
 */
export function evidenceIn(repository: Repository, digest: Digest, platform = ""): Evidence {
	let records: Promise<readonly SignatureRecord[]> | undefined;
	return {
		async signatures(keys) {
			const opened = await Promise.all(keys.map(open));
			records ??= findSignatures(repository, digest);
			return judge(await records, opened);
		},
		embedded: async (keys) => judgeModule(await moduleOf(repository, digest, platform), keys),
	};
}

interface OpenedKey {
	readonly key: TrustKey;
	readonly opened: PublicKey;
}

async function open(key: TrustKey): Promise<OpenedKey> {
	return { key, opened: await parsePublicKey(new TextDecoder().decode(key.content), key.from) };
}

async function judge(
	records: readonly SignatureRecord[],
	keys: readonly OpenedKey[],
): Promise<SignaturesFound> {
	const valid: ValidSignature[] = [];
	const problems: string[] = [];
	for (const record of records) {
		const { signatures, refusals } = await judgeOne(record, keys);
		valid.push(...signatures);
		if (signatures.length === 0) problems.push(`the one in ${record.foundIn}: ${refusals.join("; ")}`);
	}
	return { count: records.length, valid, problems };
}

async function judgeOne(
	record: SignatureRecord,
	keys: readonly OpenedKey[],
): Promise<{ signatures: readonly ValidSignature[]; refusals: readonly string[] }> {
	const signatures: ValidSignature[] = [];
	const refusals = new Set<string>();
	for (const { key, opened } of keys) {
		const verdict = await verifySignature(record, opened);
		if (verdict.outcome === "refused") {
			refusals.add(verdict.why);
			continue;
		}
		const { predicateType, reference } = verdict.claims;
		const { fingerprint } = opened;
		signatures.push({
			key,
			fingerprint,
			predicateType,
			...(reference === undefined ? {} : { identity: reference }),
		});
	}
	return { signatures, refusals: [...refusals] };
}

/** The program of an image that is one module; undefined: it is a file among others. */
async function moduleOf(
	repository: Repository,
	digest: Digest,
	platform: string,
): Promise<Uint8Array | undefined> {
	const root = await repository.resolve(digest);
	if (root === undefined) return undefined;
	const { shape } = await openImage(repository, root, platform);
	return shape.kind === "module" ? readVerified(repository, shape.layer, MODULE_BYTES_MAX) : undefined;
}

async function judgeModule(
	bytes: Uint8Array | undefined,
	keys: readonly TrustKey[],
): Promise<SignaturesFound> {
	if (bytes === undefined) return { count: 0, valid: [], problems: [] };
	const valid: ValidSignature[] = [];
	const problems = new Set<string>();
	for (const key of keys) {
		const opened = await readEmbeddedKey(key.content, key.from);
		const verdict = await verifyEmbedded(bytes, opened);
		if (verdict.outcome === "valid") valid.push({ key, fingerprint: opened.fingerprint });
		else if (verdict.outcome === "refused") problems.add(`the one in the module: ${verdict.why}`);
	}
	return { count: valid.length + problems.size, valid, problems: [...problems] };
}
