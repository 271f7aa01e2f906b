/**
 * The rules of the distribution-spec, v1.1.1 and what its main branch adds, as checks of a registry
 * that speaks HTTP. Each says where its rule stands; they were written from the spec's text.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

/** How the spec words it. What only SHOULD or MAY be is checked of our registry all the same. */
export type Level = "MUST" | "SHOULD" | "MAY";

export interface Check {
	/** The heading of the spec's text. */
	readonly section: string;
	readonly level: Level;
	/** What holds, as a sentence. */
	readonly rule: string;
	readonly run: (client: Client) => Promise<void>;
}

export interface AskOptions {
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array<ArrayBuffer>;
}

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
export const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
export const ARTIFACT_TYPE = "application/vnd.example.test";

export interface Blob {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly digest: string;
	readonly size: number;
}

/** A client with a repository of its own, that nothing was pushed to. */
export class Client {
	readonly url: string;
	readonly repository: string;

	constructor(url: string, repository = `conformance/${randomBytes(6).toString("hex")}`) {
		this.url = url;
		this.repository = repository;
	}

	/** The same registry, another repository. */
	other(): Client {
		return new Client(this.url);
	}

	/** Asks; `path` is below the repository, or a Location. */
	async ask(method: string, path: string, { headers = {}, body }: AskOptions = {}): Promise<Response> {
		const base = `${this.url}/v2/${this.repository}/`;
		const init = { method, headers, redirect: "manual" as const, ...(body !== undefined && { body }) };
		return fetch(new URL(path, base), init);
	}

	/** Begins an upload and answers its Location. */
	async begin(query = ""): Promise<string> {
		const response = await this.ask("POST", `blobs/uploads/${query}`);
		expectStatus(response, 202);
		return locationOf(response);
	}

	async chunk(location: string, start: number, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
		return this.ask("PATCH", location, {
			headers: {
				"Content-Type": "application/octet-stream",
				"Content-Range": `${start}-${start + bytes.length - 1}`,
			},
			body: bytes,
		});
	}

	/** Closes an upload with this digest. */
	async close(location: string, digest: string, options: AskOptions = {}): Promise<Response> {
		return this.ask("PUT", withQuery(location, { digest }), options);
	}

	async pushBlob(blob: Blob): Promise<Blob> {
		const { bytes, digest } = blob;
		expectStatus(await this.close(await this.begin(), digest, { body: bytes }), 201);
		return blob;
	}

	async putManifest(name: string, document: object, headers: Record<string, string> = {}): Promise<Response> {
		const { mediaType = MANIFEST_TYPE } = document as { mediaType?: string };
		return this.ask("PUT", `manifests/${name}`, {
			headers: { "Content-Type": mediaType, ...headers },
			body: blobOf(document).bytes,
		});
	}

	/** An image of two small blobs, and pushed all of it; answers the manifest's bytes. */
	async pushImage(tag: string, more: object = {}): Promise<Blob> {
		const document = await this.image(more);
		const { digest } = blobOf(document);
		expectStatus(await this.putManifest(tag === "" ? digest : tag, document), 201);
		return blobOf(document);
	}

	/** The manifest of an image whose blobs are pushed. No two are the same. */
	async image(more: object = {}): Promise<object> {
		const config = await this.pushBlob(blobOf({ architecture: "wasm", os: "wasi", salt: randomName() }));
		const layer = await this.pushBlob(randomBlob(64));
		return {
			schemaVersion: 2,
			mediaType: MANIFEST_TYPE,
			config: describe(config, "application/vnd.oci.image.config.v1+json"),
			layers: [describe(layer, "application/vnd.oci.image.layer.v1.tar")],
			...more,
		};
	}

	/** What names another as its subject; pushed by its digest. */
	async pushReferrer(subject: Blob, more: object = {}): Promise<{ blob: Blob; response: Response }> {
		const empty = await this.pushBlob(blobOf({}));
		const document = {
			schemaVersion: 2,
			mediaType: MANIFEST_TYPE,
			artifactType: ARTIFACT_TYPE,
			config: describe(empty, EMPTY_TYPE),
			layers: [describe(empty, EMPTY_TYPE)],
			subject: describe(subject, MANIFEST_TYPE),
			annotations: { "org.example.salt": randomName() },
			...more,
		};
		const blob = blobOf(document);
		const response = await this.putManifest(blob.digest, document);
		expectStatus(response, 201);
		return { blob, response };
	}

	async referrers(digest: string, query = ""): Promise<{ response: Response; manifests: Referrer[] }> {
		const response = await this.ask("GET", `referrers/${digest}${query}`);
		expectStatus(response, 200);
		const { manifests } = (await response.json()) as { manifests: Referrer[] };
		return { response, manifests };
	}

	async tags(query = ""): Promise<{ response: Response; tags: string[] }> {
		const response = await this.ask("GET", `tags/list${query}`);
		expectStatus(response, 200);
		const { name, tags } = (await response.json()) as { name: string; tags: string[] | null };
		assert.equal(name, this.repository);
		return { response, tags: tags ?? [] };
	}
}

export interface Referrer {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
	readonly artifactType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

export function blobOf(content: object | Uint8Array<ArrayBuffer>, algorithm = "sha256"): Blob {
	const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
	const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
	return { bytes, digest, size: bytes.length };
}

export function randomBlob(size_bytes: number, algorithm = "sha256"): Blob {
	return blobOf(new Uint8Array(randomBytes(size_bytes)), algorithm);
}

export function randomName(): string {
	return randomBytes(8).toString("hex");
}

export function describe({ digest, size }: Blob, mediaType: string): object {
	return { mediaType, digest, size };
}

export function expectStatus(response: Response, ...allowed: number[]): void {
	assert.ok(allowed.includes(response.status), `answered ${response.status}, not ${allowed.join(" or ")}`);
}

export function locationOf(response: Response): string {
	const location = response.headers.get("location");
	assert.ok(location !== null && location !== "", "there is no Location");
	return location;
}

/** The codes of the errors in a body, which must be of the spec's form. */
export async function errorCodes(response: Response): Promise<string[]> {
	const { errors } = (await response.json()) as { errors: { code: string }[] };
	return errors.map(({ code }) => code);
}

export async function bytesOf(response: Response): Promise<Uint8Array> {
	return new Uint8Array(await response.arrayBuffer());
}

/** Adds to what a Location may have of its own. */
export function withQuery(location: string, more: Readonly<Record<string, string>>): string {
	const query = new URLSearchParams(more).toString();
	return `${location}${location.includes("?") ? "&" : "?"}${query}`;
}

/** Where the next page is, from a Link header (RFC 5988). */
export function nextPage(response: Response): string | undefined {
	const link = response.headers.get("link");
	if (link === null) return undefined;
	const [, target] = /^<([^>]+)>\s*;\s*rel="?next"?$/.exec(link) ?? [];
	assert.ok(target !== undefined, `a Link of another form: ${link}`);
	return target;
}
