import type { Repository } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { BLOB_BYTES_MAX } from "../../oci/limits.ts";
import { openImage } from "../../oci/open-image.ts";
import { readVerified } from "../../oci/verify.ts";
import { type Claims, isSignature } from "../../trust/claims.ts";
import { verifyEmbedded } from "../../trust/embedded.ts";
import type { EmbeddedKey } from "../../trust/embedded-keys.ts";
import type { PublicKey } from "../../trust/keys.ts";
import type { Carrier, SignatureRecord } from "../../trust/records.ts";
import { verifySignature } from "../../trust/verify-signature.ts";
import type { FileKey } from "./key-files.ts";

/** What is wanted of a signature, beside its key. */
export interface Wanted {
	/** One of these; a prefix of what others write with a version behind it. */
	readonly predicateTypes: readonly string[];
	/** Each of them signed along. */
	readonly annotations: ReadonlyMap<string, string>;
}

export interface Verified {
	readonly carrier: Carrier | "embedded";
	/** The key's file. */
	readonly key: string;
	readonly fingerprint: Digest;
	/** Undefined of a signature inside the module: it says nothing but "these bytes". */
	readonly claims: Claims | undefined;
}

export interface Judged {
	readonly verified: readonly Verified[];
	/** What is there beside it, and why it does not count: a clause each. */
	readonly others: readonly { readonly what: string; readonly why: string }[];
}

/** Holds signatures beside an image to keys and wishes: one key is enough for each. */
export async function judgeRecords(
	records: readonly SignatureRecord[],
	keys: readonly FileKey[],
	wanted: Wanted,
): Promise<Judged> {
	const verified: Verified[] = [];
	const others: Judged["others"][number][] = [];
	const ofImages = keys.flatMap(({ file, signs, key }) => (signs === "images" ? [{ file, key }] : []));
	for (const record of records) {
		const judged = await judgeRecord(record, ofImages, wanted);
		if (typeof judged === "string")
			others.push({ what: `${record.content.carrier} in ${record.foundIn}`, why: judged });
		else verified.push(judged);
	}
	return { verified, others };
}

/** Holds the signature inside an image's module to keys. */
export async function judgeModule(
	repository: Repository,
	descriptor: Descriptor,
	keys: readonly FileKey[],
): Promise<Judged> {
	const ofModules = keys.flatMap(({ file, signs, key }) => (signs === "modules" ? [{ file, key }] : []));
	if (ofModules.length === 0) return { verified: [], others: [] };
	const { shape } = await openImage(repository, descriptor);
	const what = "embedded in the module";
	if (shape.kind !== "module")
		return {
			verified: [],
			others: [{ what, why: "the program lies in a layer beside other files, and is not looked at" }],
		};
	const bytes = await readVerified(repository, shape.layer, BLOB_BYTES_MAX);
	return judgeBytes(bytes, ofModules, what);
}

async function judgeBytes(
	bytes: Uint8Array,
	keys: readonly { readonly file: string; readonly key: EmbeddedKey }[],
	what: string,
): Promise<Judged> {
	let why = "";
	for (const { file, key } of keys) {
		const verdict = await verifyEmbedded(bytes, key);
		if (verdict.outcome === "unsigned") return { verified: [], others: [] };
		if (verdict.outcome === "refused") why = verdict.why;
		else {
			const { fingerprint } = key;
			return { verified: [{ carrier: "embedded", key: file, fingerprint, claims: undefined }], others: [] };
		}
	}
	return { verified: [], others: [{ what, why }] };
}

async function judgeRecord(
	record: SignatureRecord,
	keys: readonly { readonly file: string; readonly key: PublicKey }[],
	wanted: Wanted,
): Promise<Verified | string> {
	let why = "no key for images was given";
	for (const { file, key } of keys) {
		const verdict = await verifySignature(record, key);
		if (verdict.outcome === "refused") {
			why = verdict.why;
			continue;
		}
		const { claims } = verdict;
		const { fingerprint } = key;
		const unwanted = whyUnwanted(claims, wanted);
		return unwanted ?? { carrier: record.content.carrier, key: file, fingerprint, claims };
	}
	return why;
}

function whyUnwanted(claims: Claims, { predicateTypes, annotations }: Wanted): string | undefined {
	const { predicateType } = claims;
	if (!predicateTypes.some((type) => predicateType === type || predicateType.startsWith(`${type}/v`)))
		return isSignature(claims)
			? "it is a signature of the image, no attestation"
			: `it is an attestation of the type '${predicateType.slice(0, 200)}'`;
	for (const [name, value] of annotations)
		if (!Object.hasOwn(claims.annotations, name) || claims.annotations[name] !== value)
			return `it does not say ${name}=${value}`;
	return undefined;
}
