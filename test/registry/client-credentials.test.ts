/** Where logins are looked for and kept: files in their order, real helper programs, and what docker and skopeo make of them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";

import { credentialsFrom } from "../../src/registry/client/find-credentials.ts";
import { forgetCredentials, keepCredentials } from "../../src/registry/client/keep-credentials.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { faultOf } from "./odd-server.ts";

const HOST = "registry.example.com";
const HUB = "https://index.docker.io/v1/";

function base64(text: string): string {
	return Buffer.from(text).toString("base64");
}

/** `auths` with one login, whose name tells where it was found. */
function authsOf(name: string, host = HOST): object {
	return { auths: { [host]: { auth: base64(`${name}:secret`) } } };
}

interface Place {
	readonly folder: string;
	readonly environment: Record<string, string>;
	/** Writes a file beneath the place. */
	readonly write: (name: string, content: unknown) => string;
	readonly read: (name: string) => Record<string, unknown>;
}

function makePlace(context: TestContext): Place {
	const folder = temporaryDirectory(context);
	const environment = {
		HOME: join(folder, "home"),
		XDG_RUNTIME_DIR: join(folder, "run"),
		PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
	};
	const write = (name: string, content: unknown): string => {
		const path = join(folder, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
		return path;
	};
	const read = (name: string) =>
		JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, unknown>;
	return { folder, environment, write, read };
}

const RUNTIME = "run/containers/auth.json";
const CONFIG = "home/.config/containers/auth.json";
const DOCKER = "home/.docker/config.json";

async function nameFound(environment: Record<string, string>, host = HOST, repository = "team/app") {
	const found = await credentialsFrom(environment)(host, repository);
	if (found === undefined) return undefined;
	return found.kind === "password" ? `${found.username}:${found.password}` : `token ${found.token}`;
}

test("the files are asked in their order", async (context) => {
	const { environment, write } = makePlace(context);
	assert.equal(await nameFound(environment), undefined);
	write(DOCKER, authsOf("docker"));
	assert.equal(await nameFound(environment), "docker:secret");
	write(CONFIG, authsOf("config"));
	assert.equal(await nameFound(environment), "config:secret");
	write(RUNTIME, authsOf("runtime"));
	assert.equal(await nameFound(environment), "runtime:secret");
	const named = write("named.json", authsOf("named"));
	assert.equal(await nameFound({ ...environment, REGISTRY_AUTH_FILE: named }), "named:secret");
	const other = write("other/config.json", authsOf("other"));
	assert.equal(await nameFound({ PATH: "", DOCKER_CONFIG: dirname(other) }), "other:secret");
});

test("a file that knows another registry is passed over", async (context) => {
	const { environment, write } = makePlace(context);
	write(RUNTIME, authsOf("runtime", "other.example.com"));
	write(DOCKER, authsOf("docker"));
	assert.equal(await nameFound(environment), "docker:secret");
	assert.equal(await nameFound(environment, "sub.registry.example.com"), undefined);
	assert.equal(await nameFound(environment, "example.com"), undefined);
});

const KEYS: readonly (readonly [string, string, boolean])[] = [
	["https://registry.example.com/v1/", HOST, true],
	["https://registry.example.com", HOST, true],
	["registry.example.com:5000", HOST, false],
	["registry.example.com/team", HOST, true],
	["registry.example.com/team/app", HOST, true],
	["registry.example.com/team/other", HOST, false],
	["registry.example.com/te", HOST, false],
	[HUB, "docker.io", true],
	["docker.io", "docker.io", true],
	["index.docker.io", "docker.io", true],
	[HUB, "index.docker.io.example.com", false],
	["__proto__", HOST, false],
];
for (const [key, host, expected] of KEYS)
	test(`the key '${key}' ${expected ? "is" : "is not"} for ${host}`, async (context) => {
		const { environment, write } = makePlace(context);
		write(DOCKER, `{"auths":{${JSON.stringify(key)}:{"auth":"${base64("ann:secret")}"}}}`);
		assert.equal(await nameFound(environment, host), expected ? "ann:secret" : undefined);
	});

test("the longest key of a repository counts", async (context) => {
	const { environment, write } = makePlace(context);
	const auths = Object.fromEntries(
		[HOST, `${HOST}/team`, `${HOST}/team/app`].map((key) => [key, { auth: base64(`${key.length}:x`) }]),
	);
	write(RUNTIME, { auths });
	assert.equal(await nameFound(environment), `${HOST.length + 9}:x`);
	assert.equal(await nameFound(environment, HOST, "team/else"), `${HOST.length + 5}:x`);
	assert.equal(await nameFound(environment, HOST, "else"), `${HOST.length}:x`);
});

const ENTRIES: readonly (readonly [string, object, string | undefined])[] = [
	["an identity token", { auth: base64("ann:"), identitytoken: "identity" }, "token identity"],
	["a password with colons and letters of Europe", { auth: base64("ann:a:b:ü") }, "ann:a:b:ü"],
	["an empty password", { auth: base64("ann:") }, "ann:"],
	["a name and a password in the open", { username: "ann", password: "secret" }, "ann:secret"],
	["nothing, which docker writes for its helpers", {}, undefined],
];
for (const [title, entry, expected] of ENTRIES)
	test(`an entry with ${title} is read`, async (context) => {
		const { environment, write } = makePlace(context);
		write(DOCKER, { auths: { [HOST]: entry } });
		assert.equal(await nameFound(environment), expected);
	});

for (const [title, content] of Object.entries({
	"no JSON": "auths",
	"a list": "[]",
	"a login that is no base64 of NAME:PASSWORD": { auths: { [HOST]: { auth: "????" } } },
	"a helper with a slash in its name": { credsStore: "../../tmp/evil" },
	"a helper that is not there": { credsStore: "wherry-has-none" },
}))
	test(`a file with ${title} is said to be invalid`, async (context) => {
		const { environment, write } = makePlace(context);
		write(DOCKER, content);
		assert.equal((await faultOf(nameFound(environment))).code, "CREDENTIALS_INVALID");
	});

/** A real helper: keeps each login in a file, as the protocol says. */
const HELPER = `#!/bin/sh
folder=$(dirname "$0")/../kept-NAME; mkdir -p "$folder"
read -r input
name() { printf %s "$1" | tr -c 'a-z0-9\\n' _; }
case "$1" in
get) cat "$folder/$(name "$input")" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
store) server=$(printf %s "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/'); printf %s "$input" > "$folder/$(name "$server")" ;;
erase) rm -f "$folder/$(name "$input")" ;;
esac
`;

function addHelper(place: Place, name: string, script = HELPER): void {
	const helper = place.write(`bin/docker-credential-${name}`, script.replaceAll("NAME", name));
	chmodSync(helper, 0o755);
}

/** Helpers are found on PATH, the process's own. */
function withPath(context: TestContext, { environment }: Place): void {
	const before = process.env["PATH"];
	process.env["PATH"] = environment["PATH"];
	context.after(() => (process.env["PATH"] = before));
}

test("a helper keeps a login, gives it and forgets it", async (context) => {
	const place = makePlace(context);
	const { environment, write, read } = place;
	addHelper(place, "one");
	withPath(context, place);
	write(DOCKER, { credsStore: "one", HttpHeaders: { "X-Mine": "stays" } });
	const kept = await keepCredentials(environment, HOST, "ann", 'a"b\\c');
	assert.deepEqual(kept, { kind: "helper", where: "docker-credential-one" });
	assert.equal(await nameFound(environment), 'ann:a"b\\c');
	assert.deepEqual(read(DOCKER), {
		credsStore: "one",
		HttpHeaders: { "X-Mine": "stays" },
		auths: { [HOST]: {} },
	});
	assert.deepEqual(await forgetCredentials(environment, HOST), [
		"docker-credential-one",
		join(place.folder, DOCKER),
	]);
	assert.equal(await nameFound(environment), undefined);
});

test("a registry's own helper counts before the one for all, and that before the file", async (context) => {
	const place = makePlace(context);
	const { environment, write } = place;
	const says = (name: string) => `#!/bin/sh\necho '{"ServerURL":"x","Username":"${name}","Secret":"s"}'\n`;
	for (const name of ["own", "all"]) addHelper(place, name, says(name));
	addHelper(place, "empty", "#!/bin/sh\necho 'credentials not found in native keychain'; exit 1\n");
	addHelper(place, "token", '#!/bin/sh\necho \'{"Username":"<token>","Secret":"identity"}\'\n');
	withPath(context, place);
	const auths = authsOf("file");
	write(DOCKER, {
		...auths,
		credsStore: "all",
		credHelpers: { [HOST]: "own", "other.example.com": "empty" },
	});
	assert.equal(await nameFound(environment), "own:s");
	write(DOCKER, { ...auths, credsStore: "all", credHelpers: { "other.example.com": "own" } });
	assert.equal(await nameFound(environment), "all:s");
	write(DOCKER, { ...auths, credsStore: "empty" });
	assert.equal(await nameFound(environment), "file:secret");
	write(DOCKER, { credsStore: "token" });
	assert.equal(await nameFound(environment), "token identity");
});

for (const [title, script] of Object.entries({
	"that fails": "#!/bin/sh\necho 'the safe is locked' >&2; exit 3\n",
	"that says something else": "#!/bin/sh\necho hello\n",
	"that says too much": "#!/bin/sh\nyes\n",
	"that reads nothing": "#!/bin/sh\nexec <&-; exit 2\n",
}))
	test(`a helper ${title} is said to have failed`, async (context) => {
		const place = makePlace(context);
		addHelper(place, "odd", script);
		withPath(context, place);
		place.write(DOCKER, { credsStore: "odd" });
		const fault = await faultOf(nameFound(place.environment));
		assert.equal(fault.code, "CREDENTIALS_INVALID");
		assert.match(fault.text, /docker-credential-odd get/);
	});

test("a login is kept in docker's file, for its owner alone, and all else in it stays", async (context) => {
	const { environment, write, read, folder } = makePlace(context);
	const before = {
		auths: { "other.example.com": { auth: "eA==" }, [`https://${HOST}/v1/`]: {} },
		proxies: { a: 1 },
	};
	const path = write("elsewhere/config.json", before);
	chmodSync(path, 0o644);
	mkdirSync(join(folder, "home/.docker"), { recursive: true });
	symlinkSync(path, join(folder, DOCKER));
	const kept = await keepCredentials(environment, HOST, "ann", "secret");
	assert.deepEqual(kept, { kind: "plain", where: join(folder, DOCKER) });
	assert.ok(lstatSync(join(folder, DOCKER)).isSymbolicLink());
	assert.equal(statSync(path).mode & 0o777, 0o600);
	assert.deepEqual(read(DOCKER), {
		auths: { "other.example.com": { auth: "eA==" }, [HOST]: { auth: base64("ann:secret") } },
		proxies: { a: 1 },
	});
	assert.deepEqual(await forgetCredentials(environment, HOST), [join(folder, DOCKER)]);
	assert.deepEqual(await forgetCredentials(environment, HOST), []);
});

test("a new login replaces the old one where that would be found first", async (context) => {
	const { environment, write, folder } = makePlace(context);
	write(DOCKER, authsOf("docker"));
	write(RUNTIME, authsOf("runtime"));
	const kept = await keepCredentials(environment, HOST, "new", "secret");
	assert.equal(kept.where, join(folder, RUNTIME));
	assert.equal(await nameFound(environment), "new:secret");
});

test("Docker Hub is kept under docker's own key", async (context) => {
	const { environment, read } = makePlace(context);
	await keepCredentials(environment, "docker.io", "ann", "secret");
	assert.deepEqual(read(DOCKER), { auths: { [HUB]: { auth: base64("ann:secret") } } });
	assert.equal(await nameFound(environment, "docker.io"), "ann:secret");
});

const missingSkopeo =
	spawnSync("skopeo", ["--version"]).error === undefined ? false : "not run: skopeo is not installed";

test("skopeo finds our login", { skip: missingSkopeo }, async (context) => {
	const { environment, folder } = makePlace(context);
	mkdirSync(join(folder, "home"), { recursive: true });
	await keepCredentials(environment, HOST, "ann", "secret");
	const asked = spawnSync("skopeo", ["login", "--get-login", HOST], { env: environment, encoding: "utf8" });
	assert.equal(asked.stdout, "ann\n", asked.stderr);
});
