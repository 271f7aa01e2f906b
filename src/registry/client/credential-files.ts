/** The files in which docker, podman and skopeo keep logins, and the order in which they are asked. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { parseJson } from "../../oci/json.ts";
import { asObject } from "./json.ts";

/** Variables of the process that say where logins are. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A file of docker's form: `auths`, `credsStore`, `credHelpers`, and what else is docker's business. */
export interface CredentialFile {
	readonly path: string;
	readonly content: Readonly<Record<string, unknown>>;
}

const FILE_BYTES_MAX = 4 << 20;

/**
 * Where logins are looked for, the first that knows the registry counts: `$REGISTRY_AUTH_FILE` or
 * podman's file of this session, podman's of this user, docker's.
 */
export function credentialPaths(environment: Environment): readonly string[] {
	const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, HOME } = environment;
	const session = given(XDG_RUNTIME_DIR, "containers", "auth.json");
	const podmans =
		given(XDG_CONFIG_HOME, "containers", "auth.json") ?? given(HOME, ".config", "containers", "auth.json");
	const paths = [given(REGISTRY_AUTH_FILE) ?? session, podmans, dockerPath(environment)];
	return paths.filter((path) => path !== undefined);
}

/** Docker's own file; undefined where there is no home. */
export function dockerPath({ DOCKER_CONFIG, HOME }: Environment): string | undefined {
	return given(DOCKER_CONFIG, "config.json") ?? given(HOME, ".docker", "config.json");
}

function given(folder: string | undefined, ...names: readonly string[]): string | undefined {
	return folder === undefined || folder === "" ? undefined : join(folder, ...names);
}

/**
 * Reads one of the files; undefined when it is not there.
 *
 * @throws Fault CREDENTIALS_INVALID
 */
export function readCredentialFile(path: string): CredentialFile | undefined {
	try {
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat === undefined) return undefined;
		if (!stat.isFile() || stat.size > FILE_BYTES_MAX) throw new Error("it is no file, or larger than 4 MiB");
		const bytes = readFileSync(path);
		const content = bytes.length === 0 ? {} : asObject(parseJson(bytes, { what: "it" }));
		if (content === undefined) throw new Error("it is no JSON object");
		return { path, content };
	} catch (cause) {
		const { code, message, notes } = cause as NodeJS.ErrnoException & { notes?: readonly string[] };
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		throw new Fault("CREDENTIALS_INVALID", `cannot read the logins in '${path}'`, {
			note: code === "EACCES" ? "you may not read it" : [message, ...(notes ?? [])],
			help: `mv ${path} ${path}.broken    then log in anew`,
			cause,
		});
	}
}

/** Docker Hub has several names, and one that docker writes. */
const HUB_KEY = "https://index.docker.io/v1/";
const HUB_NAMES = new Set([HUB_KEY, "docker.io", "index.docker.io", "registry-1.docker.io"]);

/** The name under which docker keeps the login of a registry. */
export function serverKey(host: string): string {
	return host === "docker.io" ? HUB_KEY : host;
}

/** Whether a key of a file (`https://host/v1/`, `host`) is for this registry. */
export function isKeyFor(key: string, host: string): boolean {
	if (host === "docker.io") return HUB_NAMES.has(key) || HUB_NAMES.has(bareHost(key));
	return bareHost(key) === host;
}

function bareHost(key: string): string {
	const rest = key.replace(/^https?:\/\//, "");
	return key === rest ? rest : rest.replace(/\/.*$/, "");
}

/** The file's `auths`: for the repository (podman's form, `host/team/app`, then `host/team`), then for the host. */
export function authOf(
	{ content }: CredentialFile,
	host: string,
	repository: string,
): { readonly key: string; readonly entry: Readonly<Record<string, unknown>> } | undefined {
	const auths = asObject(content["auths"]) ?? {};
	const names = repository.split("/");
	for (let count = names.length; count > 0; count--) {
		const key = [host, ...names.slice(0, count)].join("/");
		const entry = asObject(auths[key]);
		if (entry !== undefined) return { key, entry };
	}
	for (const [key, value] of Object.entries(auths)) {
		const entry = isKeyFor(key, host) ? asObject(value) : undefined;
		if (entry !== undefined) return { key, entry };
	}
	return undefined;
}

/** The helper that keeps this registry's login: its own before the one for all. */
export function helperOf({ content }: CredentialFile, host: string): string | undefined {
	const own = Object.entries(asObject(content["credHelpers"]) ?? {}).find(([key]) =>
		isKeyFor(key, host),
	)?.[1];
	const helper = own ?? content["credsStore"];
	return typeof helper === "string" && helper !== "" ? helper : undefined;
}
