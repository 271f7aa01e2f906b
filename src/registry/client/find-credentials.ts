import { Fault } from "../../base/fault.ts";
import {
	authOf,
	type CredentialFile,
	credentialPaths,
	type Environment,
	helperOf,
	readCredentialFile,
	serverKey,
} from "./credential-files.ts";
import { getFromHelper } from "./credential-helper.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";

/**
 * Looks in the files of docker and podman, and asks the helpers that they name. Within a file the
 * registry's own helper counts before the one for all, and that before what stands in the file.
 *
 * @throws Fault CREDENTIALS_INVALID
 */
export function credentialsFrom(environment: Environment): CredentialSource {
	return async (host, repository) => {
		for (const path of credentialPaths(environment)) {
			const file = readCredentialFile(path);
			const found = file === undefined ? undefined : await lookIn(file, host, repository);
			if (found !== undefined) return found;
		}
		return undefined;
	};
}

async function lookIn(
	file: CredentialFile,
	host: string,
	repository: string,
): Promise<Credentials | undefined> {
	const helper = helperOf(file, host);
	const kept = helper === undefined ? undefined : await getFromHelper(helper, serverKey(host));
	if (kept !== undefined) return kept;
	const auth = authOf(file, host, repository);
	return auth === undefined ? undefined : parseAuth(auth.entry, auth.key, file.path);
}

/** An entry of `auths`. An empty one is what docker leaves where a helper has the login. */
function parseAuth(
	entry: Readonly<Record<string, unknown>>,
	key: string,
	from: string,
): Credentials | undefined {
	const { auth, identitytoken, username, password } = entry;
	if (typeof identitytoken === "string" && identitytoken !== "")
		return { kind: "identity", token: identitytoken, from };
	if (typeof auth === "string" && auth !== "") return parseBasic(auth, key, from);
	if (typeof username === "string" && typeof password === "string")
		return { kind: "password", username, password, from };
	return undefined;
}

function parseBasic(auth: string, key: string, from: string): Credentials {
	const text = Buffer.from(auth, "base64").toString();
	const colon = text.indexOf(":");
	if (colon <= 0)
		throw new Fault("CREDENTIALS_INVALID", `cannot read the login for '${key}' in '${from}'`, {
			note: "its 'auth' is not NAME:PASSWORD in base64",
			help: `wherry login ${key}`,
		});
	// docker's own files may end in zeros
	const password = text.slice(colon + 1).replace(/\0+$/, "");
	return { kind: "password", username: text.slice(0, colon), password, from };
}
