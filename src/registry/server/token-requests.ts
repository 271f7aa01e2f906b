import { type Login, SERVICE } from "./access.ts";
import type { Answer, Asked } from "./exchange.ts";
import { FORM_BYTES_MAX } from "./limits.ts";
import { Problem } from "./problem.ts";
import { readWhole } from "./shelf.ts";
import { type Access, parseScopes, TOKEN_SECONDS, type Tokens } from "./tokens.ts";
import { basicUser, isUser } from "./users.ts";

/**
 * `/token`: docker's token authentication. GET with Basic credentials, or with none for what everybody
 * may do; POST as OAuth2, with a password or a refresh token.
 */
export async function answerToken(login: Login, tokens: Tokens, asked: Asked): Promise<Answer> {
	if (asked.method === "POST") return answerForm(login, tokens, asked);
	const { query, headers } = asked;
	checkService(query.get("service"));
	const user = basicUser(login.users, headers.authorization);
	if (user === undefined && (headers.authorization !== undefined || !login.anonymousPull)) throw refused();
	const access = granted(parseScopes(query.getAll("scope")), user);
	const refresh = user !== undefined && query.get("offline_token") === "true";
	return issued(tokens, user ?? "", access, refresh);
}

async function answerForm(login: Login, tokens: Tokens, asked: Asked): Promise<Answer> {
	const form = new URLSearchParams(Buffer.from(await readWhole(asked.body(FORM_BYTES_MAX))).toString());
	checkService(form.get("service"));
	const user = formUser(login, tokens, form);
	if (user === undefined) throw refused();
	const refresh = form.get("access_type") === "offline" || form.get("grant_type") === "refresh_token";
	return issued(tokens, user, granted(parseScopes(form.getAll("scope")), user), refresh);
}

function formUser({ users }: Login, tokens: Tokens, form: URLSearchParams): string | undefined {
	if (form.get("grant_type") === "refresh_token") return tokens.refreshUser(form.get("refresh_token") ?? "");
	const name = form.get("username") ?? "";
	return isUser(users, name, form.get("password") ?? "") ? name : undefined;
}

/** Users may do everything; others may read. */
function granted(wanted: readonly Access[], user: string | undefined): readonly Access[] {
	return user === undefined ? wanted.filter(({ action }) => action === "pull") : wanted;
}

function issued(tokens: Tokens, user: string, access: readonly Access[], refresh: boolean): Answer {
	const token = tokens.issue(user, access);
	const body = {
		token,
		access_token: token,
		expires_in: TOKEN_SECONDS,
		issued_at: new Date().toISOString(),
		...(refresh && { refresh_token: tokens.issueRefresh(user) }),
	};
	return {
		status: 200,
		headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
		body: JSON.stringify(body),
	};
}

function checkService(service: string | null): void {
	if (service !== null && service !== SERVICE)
		throw new Problem(400, "UNSUPPORTED", `this gives tokens for ${SERVICE} alone`);
}

function refused(): Problem {
	return new Problem(401, "UNAUTHORIZED", "the name or the password is wrong", {
		"WWW-Authenticate": 'Basic realm="wherry"',
	});
}
