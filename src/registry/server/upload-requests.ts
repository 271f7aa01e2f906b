import { type Algorithm, type Digest } from "../../oci/digest.ts";
import { BLOB_BYTES_MAX } from "../../oci/limits.ts";
import type { Answer, Asked, Holdings } from "./exchange.ts";
import { Problem } from "./problem.ts";
import { checkedDigest } from "./route.ts";
import type { Upload } from "./uploads.ts";

/** POST to `uploads/`: a mount, a whole blob, or the begin of a session (end-4a, 4b, 4c, 11). */
export async function beginUpload(
	holdings: Holdings,
	repository: string,
	asked: Asked,
	mayPull: (repository: string) => boolean,
): Promise<Answer> {
	const { query } = asked;
	const mount = query.get("mount");
	if (mount !== null) {
		const mounted = mountBlob(holdings, repository, checkedDigest(mount), query.get("from"), mayPull);
		if (mounted !== undefined) return mounted;
	}
	const whole = query.get("digest");
	const digest = whole === null ? undefined : checkedDigest(whole);
	const upload = await holdings.uploads.begin(repository, announcedAlgorithm(query, digest));
	if (digest !== undefined) return finishWhole(holdings, upload, digest, asked);
	return { status: 202, headers: { ...sessionHeaders(upload), "Content-Length": "0" } };
}

/** GET of a session: how far it is (end-13). */
export function uploadStatus(upload: Upload): Answer {
	return { status: 204, headers: sessionHeaders(upload) };
}

/** PATCH: a chunk at the end of what is there (end-5). Without a Content-Range, as docker sends it, all that comes. */
export async function appendChunk(upload: Upload, asked: Asked): Promise<Answer> {
	await exclusively(upload, () => receive(upload, asked));
	return { status: 202, headers: { ...sessionHeaders(upload), "Content-Length": "0" } };
}

/** PUT: perhaps a last chunk, then the digest of it all (end-6). */
export async function endUpload(holdings: Holdings, upload: Upload, asked: Asked): Promise<Answer> {
	return finish(holdings, upload, checkedDigest(asked.query.get("digest") ?? ""), asked);
}

/** DELETE of a session (end-14). */
export async function cancelUpload({ uploads }: Holdings, upload: Upload): Promise<Answer> {
	await uploads.cancel(upload);
	return { status: 204 };
}

/** Undefined where it cannot be mounted: then an upload begins. */
function mountBlob(
	{ catalogue }: Holdings,
	repository: string,
	digest: Digest,
	from: string | null,
	mayPull: (repository: string) => boolean,
): Answer | undefined {
	// only what the client may read there: a digest alone is no right to a blob
	if (from === null || !mayPull(from)) return undefined;
	const size_bytes = catalogue.blobSize(from, digest);
	if (size_bytes === undefined) return undefined;
	catalogue.linkBlob(repository, digest, size_bytes);
	return created(repository, digest);
}

function announcedAlgorithm(query: URLSearchParams, digest: Digest | undefined): Algorithm {
	const name =
		query.get("digest-algorithm") ?? (digest?.startsWith("sha512:") === true ? "sha512" : "sha256");
	if (name === "sha256" || name === "sha512") return name;
	throw new Problem(400, "DIGEST_INVALID", "blobs are known by sha256 or sha512 here");
}

/** In one request: when it fails, nobody knows the session to go on with. */
async function finishWhole(
	holdings: Holdings,
	upload: Upload,
	digest: Digest,
	asked: Asked,
): Promise<Answer> {
	try {
		return await finish(holdings, upload, digest, asked);
	} catch (error) {
		await holdings.uploads.cancel(upload);
		throw error;
	}
}

async function finish(holdings: Holdings, upload: Upload, digest: Digest, asked: Asked): Promise<Answer> {
	const { catalogue, uploads } = holdings;
	const { repository } = upload;
	await exclusively(upload, async () => {
		await receive(upload, asked);
		if (!(await upload.has(digest))) {
			await uploads.cancel(upload);
			throw new Problem(400, "DIGEST_INVALID", "what was uploaded has another digest");
		}
		const size_bytes = upload.draft.size_bytes;
		await uploads.keep(upload, digest, () => {
			catalogue.linkBlob(repository, digest, size_bytes);
		});
	});
	return created(repository, digest);
}

function created(repository: string, digest: Digest): Answer {
	return {
		status: 201,
		headers: {
			Location: `/v2/${repository}/blobs/${digest}`,
			"Docker-Content-Digest": digest,
			"Content-Length": "0",
		},
	};
}

/** Whoever else writes to this session at the same time is out of order, and asks how far it is. */
async function exclusively(upload: Upload, act: () => Promise<void>): Promise<void> {
	if (upload.busy) throw outOfOrder(upload, "another request writes to this upload");
	upload.busy = true;
	try {
		await act();
	} finally {
		upload.busy = false;
	}
}

/**
 * Takes the body in. What a client that went away had sent stays, so that it can go on behind it; what
 * is not as long as was said is taken back.
 */
async function receive(upload: Upload, asked: Asked): Promise<void> {
	const start = upload.draft.size_bytes;
	const announced = announcedLength(upload, asked.headers["content-range"], asked.headers["content-length"]);
	for await (const piece of asked.body(BLOB_BYTES_MAX - start)) await appendOrShorten(upload, piece, start);
	const came = upload.draft.size_bytes - start;
	if (announced === undefined || came === announced) return;
	await upload.shorten(start);
	throw new Problem(400, "SIZE_INVALID", `the range has ${announced} bytes, the body ${came}`);
}

/** A full disk shall not stay full of what could not be taken in. */
async function appendOrShorten(upload: Upload, piece: Uint8Array, start: number): Promise<void> {
	try {
		await upload.append(piece);
	} catch (error) {
		if (!upload.ended) await upload.shorten(start);
		throw error;
	}
}

/** How many bytes the Content-Range says will come; undefined where there is none. */
function announcedLength(
	upload: Upload,
	range: string | undefined,
	length: string | undefined,
): number | undefined {
	if (range === undefined) return undefined;
	const [, first, last] = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/.exec(range) ?? [];
	if (first === undefined)
		throw new Problem(400, "BLOB_UPLOAD_INVALID", "the form of a Content-Range is FIRST-LAST");
	if (Number(first) !== upload.draft.size_bytes)
		throw outOfOrder(upload, `the next byte is ${upload.draft.size_bytes}, not ${first}`);
	const announced = Number(last) - Number(first) + 1;
	if (announced < 0 || (length !== undefined && Number(length) !== announced))
		throw new Problem(400, "SIZE_INVALID", "the Content-Range and the Content-Length differ");
	return announced;
}

function outOfOrder(upload: Upload, message: string): Problem {
	return new Problem(416, "BLOB_UPLOAD_INVALID", message, sessionHeaders(upload));
}

/** An empty upload's range is `0-0`, as docker's registry writes it: the spec has no form for it. */
function sessionHeaders({ id, repository, draft }: Upload): Record<string, string> {
	return {
		Location: `/v2/${repository}/blobs/uploads/${id}`,
		Range: `0-${Math.max(0, draft.size_bytes - 1)}`,
		"Docker-Upload-UUID": id,
	};
}
