import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** One thing that may be done to one repository, or to the catalog. */
export interface Access {
	readonly type: "repository" | "registry";
	readonly name: string;
	readonly action: "pull" | "push" | "delete" | "*";
}

/** What stands in a token. */
interface Claims {
	readonly user: string;
	/** "refresh" tokens only buy others. */
	readonly use: "access" | "refresh";
	readonly access: readonly Access[];
	/** Milliseconds since 1970. */
	readonly expires_ms: number;
}

export const TOKEN_SECONDS = 300;
const REFRESH_SECONDS = 24 * 60 * 60;
const ACTIONS: readonly string[] = ["pull", "push", "delete", "*"] satisfies readonly Access["action"][];
const SCOPES_MAX = 32;

/**
 * Tokens that hold what they allow, under a key of this process: nothing of them is stored, and none
 * outlives the registry.
 */
export class Tokens {
	readonly #key = randomBytes(32);
	readonly #now_ms: () => number;

	constructor(now_ms: () => number = Date.now) {
		this.#now_ms = now_ms;
	}

	/** For a user ("" is anybody), to do this much. */
	issue(user: string, access: readonly Access[]): string {
		return this.#seal({ user, use: "access", access, expires_ms: this.#now_ms() + TOKEN_SECONDS * 1000 });
	}

	/** What a client keeps in a password's place: docker's identity token. */
	issueRefresh(user: string): string {
		const expires_ms = this.#now_ms() + REFRESH_SECONDS * 1000;
		return this.#seal({ user, use: "refresh", access: [], expires_ms });
	}

	/** Whose refresh token this is; undefined when it is none, or too old. */
	refreshUser(token: string): string | undefined {
		const claims = this.#open(token);
		return claims?.use === "refresh" ? claims.user : undefined;
	}

	/** What an `Authorization: Bearer` header allows: nothing when it is not ours. */
	rights(authorization: string): { readonly loggedIn: boolean; has: (access: Access) => boolean } {
		const [, token = ""] = /^bearer (\S+)$/i.exec(authorization) ?? [];
		const claims = this.#open(token);
		if (claims?.use !== "access") return { loggedIn: false, has: () => false };
		return {
			loggedIn: claims.user !== "",
			has: (wanted) => claims.access.some((given) => covers(given, wanted)),
		};
	}

	#seal(claims: Claims): string {
		const text = Buffer.from(JSON.stringify(claims)).toString("base64url");
		return `${text}.${this.#sign(text).toString("base64url")}`;
	}

	#open(token: string): Claims | undefined {
		const [text = "", signature = ""] = token.split(".", 2);
		const given = Buffer.from(signature, "base64url");
		const right = this.#sign(text);
		if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
		const claims = JSON.parse(Buffer.from(text, "base64url").toString()) as Claims;
		return claims.expires_ms > this.#now_ms() ? claims : undefined;
	}

	#sign(text: string): Buffer {
		return createHmac("sha256", this.#key).update(text).digest();
	}
}

function covers(given: Access, wanted: Access): boolean {
	if (given.type !== wanted.type || given.name !== wanted.name) return false;
	return given.action === wanted.action || given.action === "*";
}

/** Reads scopes such as `repository:a/b:pull,push`, blanks between them; what is not of this form is left out. */
export function parseScopes(texts: readonly string[]): readonly Access[] {
	const scopes = texts.flatMap((text) => text.split(" ")).slice(0, SCOPES_MAX);
	return scopes.flatMap((scope) => {
		const [, type, name = "", actions = ""] =
			/^(repository|registry):([^\s:]{1,255}):([a-z*,]{1,64})$/.exec(scope) ?? [];
		const known = actions.split(",").filter((action) => ACTIONS.includes(action));
		return known.map((action) => ({ type, name, action }) as Access);
	});
}
