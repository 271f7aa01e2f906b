import type { Login, Rights } from "./access.ts";
import { ALL_RIGHTS, checkAccess, neededAccess } from "./access.ts";
import { deleteBlob, readBlob } from "./blob-requests.ts";
import type { Answer, Asked, Holdings } from "./exchange.ts";
import { listReferrers, listRepositories, listTags } from "./list-requests.ts";
import { deleteManifest, pushManifest, readManifest } from "./manifest-requests.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { answerToken } from "./token-requests.ts";
import { appendChunk, beginUpload, cancelUpload, endUpload, uploadStatus } from "./upload-requests.ts";

/** What each kind of address can be asked. */
const METHODS: Readonly<Record<Route["kind"], readonly string[]>> = {
	base: ["GET", "HEAD"],
	token: ["GET", "POST"],
	catalog: ["GET"],
	tags: ["GET"],
	manifest: ["GET", "HEAD", "PUT", "DELETE"],
	blob: ["GET", "HEAD", "DELETE"],
	uploads: ["POST"],
	upload: ["GET", "PATCH", "PUT", "DELETE"],
	referrers: ["GET"],
};

/**
 * Answers one request, if it may be made.
 *
 * @param realm where tokens are fetched
 * @throws Problem what the client is to be told
 */
export async function answer(
	holdings: Holdings,
	login: Login | undefined,
	route: Route,
	asked: Asked,
	realm: string,
): Promise<Answer> {
	const methods = METHODS[route.kind];
	if (!methods.includes(asked.method))
		throw new Problem(405, "UNSUPPORTED", `this can be asked ${methods.join(", ")}`, {
			Allow: methods.join(", "),
		});
	const needed = neededAccess(route, asked.method);
	const rights = login === undefined ? ALL_RIGHTS : checkAccess(login, asked.headers, needed, realm);
	if (route.kind !== "token") return answerRoute(holdings, route, asked, rights);
	if (login?.tokens === undefined) throw new Problem(404, "UNSUPPORTED", "this registry gives no tokens");
	return answerToken(login, login.tokens, asked);
}

async function answerRoute(
	holdings: Holdings,
	route: Exclude<Route, { kind: "token" }>,
	asked: Asked,
	rights: Rights,
): Promise<Answer> {
	switch (route.kind) {
		case "base":
			return { status: 200, headers: { "Content-Type": "application/json" }, body: "{}" };
		case "catalog":
			return listRepositories(holdings, asked);
		case "tags":
			return listTags(holdings, route.repository, asked);
		case "referrers":
			return listReferrers(holdings, route.repository, route.digest, asked);
		case "manifest":
			return answerManifest(holdings, route, asked);
		case "blob":
			if (asked.method === "DELETE") return deleteBlob(holdings, route.repository, route.digest);
			return readBlob(holdings, route.repository, route.digest, asked);
		case "uploads":
			return beginUpload(holdings, route.repository, asked, (name) =>
				rights.has({ type: "repository", name, action: "pull" }),
			);
		case "upload":
			return answerUpload(holdings, route, asked);
	}
}

async function answerManifest(
	holdings: Holdings,
	{ repository, name }: Extract<Route, { kind: "manifest" }>,
	asked: Asked,
): Promise<Answer> {
	if (asked.method === "PUT") return pushManifest(holdings, repository, name, asked);
	if (asked.method === "DELETE") return deleteManifest(holdings, repository, name);
	return readManifest(holdings, repository, name, asked);
}

async function answerUpload(
	holdings: Holdings,
	{ repository, id }: Extract<Route, { kind: "upload" }>,
	asked: Asked,
): Promise<Answer> {
	const upload = holdings.uploads.get(repository, id);
	if (asked.method === "PATCH") return appendChunk(upload, asked);
	if (asked.method === "PUT") return endUpload(holdings, upload, asked);
	if (asked.method === "DELETE") return cancelUpload(holdings, upload);
	return uploadStatus(upload);
}
