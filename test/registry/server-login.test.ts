/** Who may do what at our registry, by Basic credentials and by tokens. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Login } from "../../src/registry/server/access.ts";
import { Tokens } from "../../src/registry/server/tokens.ts";
import { oneUser } from "../../src/registry/server/users.ts";
import { errorCodes, expectStatus, randomBlob } from "./conformance.ts";
import { serveForTest } from "./serving.ts";

const users = oneUser("ann", "secret");
const BASIC = `Basic ${btoa("ann:secret")}`;
const WRONG = `Basic ${btoa("ann:wrong")}`;
const { digest: DIGEST } = randomBlob(1);

type LoginKind = Omit<Login, "users">;

/** What is asked, with which Authorization, and how it is answered. */
type Row = readonly [
	what: string,
	method: string,
	path: string,
	authorization: string | undefined,
	status: number,
];

const basic: readonly Row[] = [
	["the base without a login", "GET", "", undefined, 401],
	["the base with one", "GET", "", BASIC, 200],
	["the base with a wrong one", "GET", "", WRONG, 401],
	["a manifest without a login", "GET", "a/manifests/one", undefined, 401],
	["a manifest with one", "GET", "a/manifests/one", BASIC, 404],
	["a referrer without a login", "GET", `a/referrers/${DIGEST}`, undefined, 401],
	["the catalog without a login", "GET", "_catalog", undefined, 401],
	["an upload without a login", "POST", "a/blobs/uploads/", undefined, 401],
	["an upload with one", "POST", "a/blobs/uploads/", BASIC, 202],
	["a delete without a login", "DELETE", "a/manifests/one", undefined, 401],
];
for (const row of basic)
	test(`Basic: ${row[0]} answers ${row[4]}`, async (context) =>
		expectRow(context, { anonymousPull: false }, row));

const anonymous: readonly Row[] = [
	["the base without a login", "GET", "", undefined, 401],
	["a manifest without a login", "GET", "a/manifests/one", undefined, 404],
	["a manifest with a wrong login", "GET", "a/manifests/one", WRONG, 401],
	["a blob without a login", "HEAD", `a/blobs/${DIGEST}`, undefined, 404],
	["an upload without a login", "POST", "a/blobs/uploads/", undefined, 401],
	["a manifest's push without a login", "PUT", "a/manifests/one", undefined, 401],
	["a delete without a login", "DELETE", "a/manifests/one", undefined, 401],
	["the catalog without a login", "GET", "_catalog", undefined, 401],
];
for (const row of anonymous)
	test(`Basic, everybody may pull: ${row[0]} answers ${row[4]}`, async (context) =>
		expectRow(context, { anonymousPull: true }, row));

async function expectRow(context: TestContext, login: LoginKind, row: Row): Promise<void> {
	const [, method, path, authorization, status] = row;
	const { url } = await serveForTest(context, {}, { login: { users, ...login } });
	const headers = authorization === undefined ? {} : { Authorization: authorization };
	const response = await fetch(`${url}/v2/${path}`, { method, headers });
	expectStatus(response, status);
	if (status !== 401) return;
	assert.equal(response.headers.get("www-authenticate"), 'Basic realm="wherry"');
	assert.deepEqual(await errorCodes(response), ["UNAUTHORIZED"]);
}

async function serveTokens(context: TestContext, anonymousPull = false): Promise<string> {
	const login = { users, anonymousPull, tokens: new Tokens() };
	return (await serveForTest(context, {}, { login })).url;
}

interface Issued {
	readonly token: string;
	readonly refresh_token?: string;
}

/** Asks for a token of this scope. */
async function tokenFor(url: string, scope: string, authorization?: string): Promise<Response> {
	const query = new URLSearchParams({ service: "wherry-registry", scope });
	const headers = authorization === undefined ? {} : { Authorization: authorization };
	return fetch(`${url}/token?${query.toString()}`, { headers });
}

async function ask(url: string, method: string, path: string, { token }: Issued): Promise<Response> {
	return fetch(`${url}/v2/${path}`, { method, headers: { Authorization: `Bearer ${token}` } });
}

test("tokens: the challenge leads to a token that does what was refused", async (context) => {
	const url = await serveTokens(context);
	const refused = await fetch(`${url}/v2/a/b/blobs/uploads/`, { method: "POST" });
	expectStatus(refused, 401);
	const challenge = refused.headers.get("www-authenticate") ?? "";
	const [, realm = "", service = "", scope = ""] =
		/^Bearer realm="([^"]+)",service="([^"]+)",scope="([^"]+)"$/.exec(challenge) ?? [];
	assert.deepEqual([realm, service, scope], [`${url}/token`, "wherry-registry", "repository:a/b:pull,push"]);
	const issued = (await (await tokenFor(url, scope, BASIC)).json()) as Issued;
	expectStatus(await ask(url, "POST", "a/b/blobs/uploads/", issued), 202);
	expectStatus(await ask(url, "GET", "a/b/manifests/one", issued), 404);
	expectStatus(await ask(url, "GET", "", issued), 200);
	for (const [method, path] of [
		["POST", "a/c/blobs/uploads/"],
		["DELETE", "a/b/manifests/one"],
		["GET", "_catalog"],
	] as const)
		expectStatus(await ask(url, method, path, issued), 401);
});

test("tokens: credentials that are none are refused, and none at all as well", async (context) => {
	const url = await serveTokens(context);
	expectStatus(await tokenFor(url, "repository:a:pull", WRONG), 401);
	expectStatus(await tokenFor(url, "repository:a:pull"), 401);
	expectStatus(await fetch(`${url}/token?service=other`, { headers: { Authorization: BASIC } }), 400);
});

test("tokens: everybody may pull, but no more", async (context) => {
	const url = await serveTokens(context, true);
	const issued = (await (await tokenFor(url, "repository:a:pull,push")).json()) as Issued;
	expectStatus(await ask(url, "GET", "a/manifests/one", issued), 404);
	expectStatus(await ask(url, "POST", "a/blobs/uploads/", issued), 401);
	expectStatus(await ask(url, "GET", "", issued), 401);
	expectStatus(await tokenFor(url, "repository:a:pull", WRONG), 401);
});

test("tokens: Basic credentials are asked for at /token alone", async (context) => {
	const url = await serveTokens(context);
	expectStatus(await fetch(`${url}/v2/`, { headers: { Authorization: BASIC } }), 401);
});

test("tokens: a password buys a refresh token, and that others", async (context) => {
	const url = await serveTokens(context);
	const post = async (form: Record<string, string>) =>
		fetch(`${url}/token`, {
			method: "POST",
			body: new URLSearchParams({ service: "wherry-registry", ...form }),
		});
	const password = { grant_type: "password", username: "ann", access_type: "offline" };
	expectStatus(await post({ ...password, password: "wrong" }), 401);
	const first = (await (await post({ ...password, password: "secret" })).json()) as Issued;
	const refresh = { grant_type: "refresh_token", scope: "repository:a:pull" };
	expectStatus(await post({ ...refresh, refresh_token: first.token }), 401);
	const second = await post({ ...refresh, refresh_token: first.refresh_token ?? "" });
	expectStatus(second, 200);
	expectStatus(await ask(url, "GET", "a/manifests/one", (await second.json()) as Issued), 404);
});

test("a mount needs the right to pull where it comes from", async (context) => {
	const login = { users, anonymousPull: false, tokens: new Tokens() };
	const { url, holdings } = await serveForTest(context, {}, { login });
	holdings.catalogue.linkBlob("hidden", DIGEST as never, 1);
	const mount = `a/blobs/uploads/?mount=${DIGEST}&from=hidden`;
	const own = (await (await tokenFor(url, "repository:a:pull,push", BASIC)).json()) as Issued;
	expectStatus(await ask(url, "POST", mount, own), 202);
	const both = await tokenFor(url, "repository:a:pull,push repository:hidden:pull", BASIC);
	expectStatus(await ask(url, "POST", mount, (await both.json()) as Issued), 201);
});

test("a registry without tokens has no /token", async (context) => {
	const { url } = await serveForTest(context);
	expectStatus(await fetch(`${url}/token`), 404);
});
