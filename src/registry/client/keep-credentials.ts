/** What login and logout change: docker's file, or the helper that it names. */
import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../../base/fault.ts";
import {
	authOf,
	type CredentialFile,
	credentialPaths,
	dockerPath,
	type Environment,
	helperOf,
	isKeyFor,
	readCredentialFile,
	serverKey,
} from "./credential-files.ts";
import { eraseFromHelper, storeInHelper } from "./credential-helper.ts";
import { asObject } from "./json.ts";

/** Where a login went: `plain` is a file in which everyone who may read it finds the password. */
export type KeptIn = { readonly kind: "helper" | "plain"; readonly where: string };

/**
 * Keeps a login where it is found first from now on: in the file that has one for the registry already,
 * else in `$REGISTRY_AUTH_FILE`, else in docker's.
 *
 * @throws Fault CREDENTIALS_INVALID, IO
 */
export async function keepCredentials(
	environment: Environment,
	host: string,
	username: string,
	password: string,
): Promise<KeptIn> {
	const file = fileToWrite(environment, host);
	const helper = helperOf(file, host);
	const key = serverKey(host);
	if (helper !== undefined) {
		await storeInHelper(helper, key, username, password);
		// docker lists what its helpers have by empty entries
		writeAuth(file, host, key, {});
		return { kind: "helper", where: `docker-credential-${helper}` };
	}
	const auth = Buffer.from(`${username}:${password}`).toString("base64");
	writeAuth(file, host, key, { auth });
	return { kind: "plain", where: file.path };
}

/**
 * Forgets the login of a registry, in every file and helper. Answers where it was.
 *
 * @throws Fault CREDENTIALS_INVALID, IO
 */
export async function forgetCredentials(environment: Environment, host: string): Promise<readonly string[]> {
	const places: string[] = [];
	for (const path of credentialPaths(environment)) {
		const file = readCredentialFile(path);
		if (file === undefined) continue;
		const helper = helperOf(file, host);
		if (helper !== undefined && (await eraseFromHelper(helper, serverKey(host))))
			places.push(`docker-credential-${helper}`);
		if (authOf(file, host, "") === undefined) continue;
		writeAuth(file, host, undefined, {});
		places.push(path);
	}
	return places;
}

function fileToWrite(environment: Environment, host: string): CredentialFile {
	for (const path of credentialPaths(environment)) {
		const file = readCredentialFile(path);
		if (file !== undefined && authOf(file, host, "") !== undefined) return file;
	}
	const { REGISTRY_AUTH_FILE } = environment;
	const path =
		REGISTRY_AUTH_FILE === undefined || REGISTRY_AUTH_FILE === ""
			? dockerPath(environment)
			: REGISTRY_AUTH_FILE;
	if (path === undefined)
		throw new Fault("IO", "cannot keep the login: there is no home folder", {
			help: "HOME=/home/me wherry login",
		});
	return readCredentialFile(path) ?? { path, content: {} };
}

/** Sets or, without a key, removes the registry's entry; everything else in the file stays. */
function writeAuth(file: CredentialFile, host: string, key: string | undefined, entry: object): void {
	const others = Object.entries(asObject(file.content["auths"]) ?? {}).filter(
		([name]) => !isKeyFor(name, host),
	);
	const auths = Object.fromEntries(key === undefined ? others : [...others, [key, entry]]);
	replacePrivately(file.path, `${JSON.stringify({ ...file.content, auths }, undefined, "\t")}\n`);
}

/** In one step, readable by its owner alone. A link stays a link. */
function replacePrivately(path: string, text: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		const target = realPath(path);
		const temporary = `${target}.${process.pid}.tmp`;
		try {
			writeFileSync(temporary, text, { mode: 0o600, flag: "wx", flush: true });
			renameSync(temporary, target);
		} catch (error) {
			rmSync(temporary, { force: true });
			throw error;
		}
	} catch (cause) {
		throw new Fault("IO", `cannot write the logins to '${path}'`, {
			note: `the system says: ${(cause as Error).message}`,
			help: `ls -ld ${dirname(path)}`,
			cause,
		});
	}
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
