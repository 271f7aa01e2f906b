import { Fault } from "../../base/fault.ts";
import { type Credentials, basicWord } from "./credentials.ts";
import { type Answer, type Exchange, Unreachable } from "./exchange.ts";
import { ownObject } from "./json.ts";
import { TOKEN_BYTES_MAX } from "./limits.ts";
import { isBusy } from "./retry.ts";

export interface Token {
	readonly text: string;
	/** On performance.now()'s clock. */
	readonly until_ms: number;
}

export interface TokenWish {
	readonly realm: URL;
	readonly service: string | undefined;
	readonly scopes: readonly string[];
}

/** What servers that do not say mean (distribution, docs/spec/auth/token.md). */
const LIFE_S_DEFAULT = 60;
/** An hour: whatever a server says, we ask again after that. */
const LIFE_S_MAX = 3600;
/** Not used in the last part of its life: it has to arrive as well. */
const USED_PART = 0.8;

/**
 * Asks a token server for a token: with a name and password by GET, with an identity token by POST
 * (distribution, docs/spec/auth/token.md and oauth.md). Undefined when it refuses those credentials.
 *
 * @throws Fault REGISTRY_ERROR when it answers anything else
 */
export async function fetchToken(
	wish: TokenWish,
	credentials: Credentials | undefined,
	send: (request: Exchange) => Promise<Answer>,
): Promise<Token | undefined> {
	const asked_ms = performance.now();
	const answer = await send(requestFor(wish, credentials));
	const body = await answer.start(TOKEN_BYTES_MAX);
	if (answer.status === 401 || answer.status === 403 || answer.status === 400) return undefined;
	if (isBusy(answer.status))
		throw new Unreachable(wish.realm, `the token server answered with status ${answer.status}`, true);
	if (answer.status !== 200)
		throw new Fault("REGISTRY_ERROR", `cannot get a token from '${wish.realm.host}'`, {
			note: `it answered with status ${answer.status}`,
		});
	return parseToken(body, asked_ms, wish.realm.host);
}

function requestFor(wish: TokenWish, credentials: Credentials | undefined): Exchange {
	if (credentials?.kind === "identity") return refreshRequest(wish, credentials.token);
	const url = new URL(wish.realm);
	if (wish.service !== undefined) url.searchParams.set("service", wish.service);
	for (const scope of wish.scopes) url.searchParams.append("scope", scope);
	if (credentials === undefined) return { method: "GET", url };
	const { username, password } = credentials;
	url.searchParams.set("account", username);
	return { method: "GET", url, headers: { authorization: basicWord(username, password) } };
}

function refreshRequest({ realm, service, scopes }: TokenWish, token: string): Exchange {
	const form = new URLSearchParams({
		grant_type: "refresh_token",
		service: service ?? "",
		client_id: "wherry",
		scope: scopes.join(" "),
		refresh_token: token,
	});
	return {
		method: "POST",
		url: realm,
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new TextEncoder().encode(form.toString()),
	};
}

/** Only what may stand in a header: RFC 6750's b64token, and what JWTs are made of. */
const TOKEN_FORM = /^[A-Za-z0-9._~+/=:-]{1,49152}$/;

function parseToken(body: Uint8Array, asked_ms: number, host: string): Token {
	const told = ownObject(body);
	const text = told?.["token"] ?? told?.["access_token"];
	if (typeof text !== "string" || !TOKEN_FORM.test(text))
		throw new Fault("REGISTRY_ERROR", `cannot get a token from '${host}'`, {
			note: "its answer holds none",
		});
	const said_s = Number(told?.["expires_in"] ?? LIFE_S_DEFAULT);
	const life_s = said_s >= LIFE_S_DEFAULT ? Math.min(said_s, LIFE_S_MAX) : LIFE_S_DEFAULT;
	return { text, until_ms: asked_ms + life_s * 1000 * USED_PART };
}
