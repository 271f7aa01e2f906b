import { createHash, timingSafeEqual } from "node:crypto";
import { Fault } from "../../base/fault.ts";

/** Who may log in: a name, and what the password's hash must be. */
export type Users = ReadonlyMap<string, PasswordHash>;

export interface PasswordHash {
	readonly algorithm: "sha1" | "sha256";
	readonly hash: Buffer;
}

const USERS_MAX = 10_000;

/** One user, whose password came from elsewhere than a file. */
export function oneUser(name: string, password: string): Users {
	if (name === "" || name.includes(":"))
		throw new Fault("FLAG_INVALID", `cannot take '${name}' as the name of a user`, {
			note: "HTTP's Basic authentication parts name and password by a colon",
			help: "--user NAME",
		});
	return new Map([[name, { algorithm: "sha256", hash: hashOf("sha256", password) }]]);
}

/**
 * The users of an htpasswd file, a line each: `NAME:{SHA}BASE64`, as `htpasswd -s` writes them. The
 * other forms are refused, the file as a whole: a user that can never log in would only surprise.
 *
 * @param origin the file's name, for errors
 */
export function parseHtpasswd(text: string, origin: string): Users {
	const users = new Map<string, PasswordHash>();
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		if (line.trim() === "" || line.startsWith("#")) continue;
		const [, name = "", encoded = ""] = /^([^:]+):\{SHA\}([A-Za-z0-9+/]{27}=)$/.exec(line) ?? [];
		if (name === "" || users.size >= USERS_MAX) throw invalidLine(origin, index + 1, line);
		users.set(name, { algorithm: "sha1", hash: Buffer.from(encoded, "base64") });
	}
	return users;
}

/** The name, when the Authorization header has Basic credentials of a user. */
export function basicUser(users: Users, authorization: string | undefined): string | undefined {
	const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "") ?? [];
	if (encoded === undefined) return undefined;
	const text = Buffer.from(encoded, "base64").toString();
	const colon = text.indexOf(":");
	if (colon < 0) return undefined;
	const name = text.slice(0, colon);
	return isUser(users, name, text.slice(colon + 1)) ? name : undefined;
}

export function isUser(users: Users, name: string, password: string): boolean {
	const user = users.get(name);
	const algorithm = user?.algorithm ?? "sha256";
	const given = hashOf(algorithm, password);
	// for a name that is unknown, too: how long it takes tells nothing
	return timingSafeEqual(given, user?.hash ?? given) && user !== undefined;
}

function hashOf(algorithm: PasswordHash["algorithm"], password: string): Buffer {
	return createHash(algorithm).update(password).digest();
}

function invalidLine(origin: string, line: number, text: string): Fault {
	const kind = /:\$(2[aby]|apr1|5|6)\$/.exec(text)?.[1];
	return new Fault("FLAG_INVALID", `cannot read the file of passwords '${origin}'`, {
		note: [
			`line ${line} is not NAME:{SHA}HASH`,
			...(kind === undefined ? [] : ["bcrypt and crypt hashes are not read here"]),
		],
		help: ["htpasswd -sbc FILE NAME PASSWORD", "--user NAME --password-stdin"],
	});
}
