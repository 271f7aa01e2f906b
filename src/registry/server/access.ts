import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { type Access, type Tokens } from "./tokens.ts";
import { basicUser, type Users } from "./users.ts";

/** How clients show who they are. */
export interface Login {
	readonly users: Users;
	/** Absent: Basic, with each request. Else by tokens that are fetched at `/token`. */
	readonly tokens?: Tokens;
	/** Whether everybody may read. */
	readonly anonymousPull: boolean;
}

/** What one request may do; it asks before it acts. */
export interface Rights {
	readonly has: (access: Access) => boolean;
}

export const ALL_RIGHTS: Rights = { has: () => true };

/** What a request needs. The base endpoint needs a login, so that clients find out how. */
export function neededAccess(route: Route, method: string): Access | "login" | "nothing" {
	if (route.kind === "token") return "nothing";
	if (route.kind === "base") return "login";
	if (route.kind === "catalog") return { type: "registry", name: "catalog", action: "*" };
	const action = actionOf(route.kind, method);
	return { type: "repository", name: route.repository, action };
}

function actionOf(kind: Route["kind"], method: string): Access["action"] {
	if (kind === "uploads" || kind === "upload") return "push";
	if (method === "DELETE") return "delete";
	return method === "GET" || method === "HEAD" ? "pull" : "push";
}

/**
 * The rights that the Authorization header gives.
 *
 * @param realm where tokens are fetched: `http://127.0.0.1:5000/token`
 * @throws Problem 401 with a challenge, where they do not have what is needed
 */
export function checkAccess(
	login: Login,
	headers: IncomingHttpHeaders,
	needed: Access | "login" | "nothing",
	realm: string,
): Rights {
	const rights = rightsOf(login, headers.authorization);
	if (needed === "nothing" || (needed === "login" ? rights.loggedIn : rights.has(needed))) return rights;
	const scope = needed === "login" ? undefined : scopeOf(needed);
	throw new Problem(401, "UNAUTHORIZED", "this needs a login, or one that may do more", {
		"WWW-Authenticate": login.tokens === undefined ? 'Basic realm="wherry"' : bearer(realm, scope),
	});
}

interface KnownRights extends Rights {
	readonly loggedIn: boolean;
}

function rightsOf({ users, tokens, anonymousPull }: Login, authorization: string | undefined): KnownRights {
	if (authorization === undefined)
		return { loggedIn: false, has: ({ action }) => anonymousPull && action === "pull" };
	if (tokens !== undefined) return tokens.rights(authorization);
	const known = basicUser(users, authorization) !== undefined;
	return { loggedIn: known, has: () => known };
}

/** docker's form (distribution, "Token Scope Documentation"). To push is to read as well. */
function scopeOf({ type, name, action }: Access): string {
	return `${type}:${name}:${action === "push" ? "pull,push" : action}`;
}

function bearer(realm: string, scope: string | undefined): string {
	const named = `Bearer realm="${realm}",service="${SERVICE}"`;
	return scope === undefined ? named : `${named},scope="${scope}"`;
}

/** Who tokens are for: a name, so that one registry's tokens are none elsewhere. */
export const SERVICE = "wherry-registry";
