/** Looks for an image's signatures where the image is, and holds them to keys. */
import type { Repository } from "../oci/content.ts";
import type { Digest } from "../oci/digest.ts";
import type { Evidence, SignaturesFound, ValidSignature } from "./demand-signatures.ts";
import { parsePublicKey, type PublicKey } from "./keys.ts";
import type { SignatureRecord } from "./records.ts";
import { findSignatures } from "./signatures.ts";
import type { TrustKey } from "./trust-policy.ts";
import { verifySignature } from "./verify-signature.ts";

/** The signatures beside the manifest `digest` in `repository`; they are looked for once. */
export function evidenceIn(repository: Repository, digest: Digest): Evidence {
	let records: Promise<readonly SignatureRecord[]> | undefined;
	return {
		async signatures(keys) {
			const opened = await Promise.all(keys.map(open));
			records ??= findSignatures(repository, digest);
			return judge(await records, opened);
		},
		embedded: () => Promise.resolve({ count: 0, valid: [], problems: [] }),
	};
}

interface OpenedKey {
	readonly key: TrustKey;
	readonly opened: PublicKey;
}

async function open(key: TrustKey): Promise<OpenedKey> {
	return { key, opened: await parsePublicKey(key.text, key.from) };
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
