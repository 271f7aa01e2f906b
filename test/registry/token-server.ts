/** A token server as distribution's specification has it: gives signed tokens to whom it knows. */
import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import type { DockerRegistrySettings } from "./docker-registry.ts";
import { type OddServer, type SeenRequest, startOddServer } from "./odd-server.ts";

/** False, or why tests with it are skipped. */
export const missingOpenssl: string | false =
	spawnSync("openssl", ["version"]).error === undefined
		? false
		: "not run: openssl is not installed (it makes the token server's certificate)";

const ISSUER = "wherry tests";
const SERVICE = "the tests' registry";
const LIFE_S = 300;

export interface TokenServer extends OddServer {
	/** What a registry is told to trust it. */
	readonly auth: DockerRegistrySettings;
}

/** Everybody may pull from `public/`; the user ann with the password `secret` may do everything. */
export async function startTokenServer(test: TestContext): Promise<TokenServer> {
	const folder = temporaryDirectory(test);
	const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
	const form = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
	const subject = ["-subj", `/CN=${ISSUER}`, "-days", "2"];
	execFileSync("openssl", [...form, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
	const server = await startOddServer(test, (request, response) => {
		const claims = claimsFor(request);
		if (claims === undefined) response.writeHead(401).end();
		else response.end(JSON.stringify({ token: signed(claims, key, certificate), expires_in: LIFE_S }));
	});
	const realm = `http://${server.host}/token`;
	const token = { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificate };
	return { ...server, auth: { token } };
}

function claimsFor({ path, headers }: SeenRequest): object | undefined {
	const query = new URL(path, "http://127.0.0.1").searchParams;
	const said = headers["authorization"];
	const isAnn = said === `Basic ${Buffer.from("ann:secret").toString("base64")}`;
	if (said !== undefined && !isAnn) return undefined;
	const now_s = Math.floor(Date.now() / 1000);
	return {
		iss: ISSUER,
		sub: isAnn ? "ann" : "",
		aud: query.get("service"),
		exp: now_s + LIFE_S,
		nbf: now_s - 60,
		iat: now_s,
		jti: randomUUID(),
		access: query.getAll("scope").map((scope) => granted(scope, isAnn)),
	};
}

function granted(scope: string, isAnn: boolean): object {
	const [type, name = "", actions = ""] = scope.split(":");
	const asked = actions.split(",");
	const open = name.startsWith("public/") ? ["pull"] : [];
	return { type, name, actions: isAnn ? asked : asked.filter((action) => open.includes(action)) };
}

/** A JWT (RFC 7519) with its certificate beside it. */
function signed(claims: object, keyFile: string, certificateFile: string): string {
	const pem = readFileSync(certificateFile, "utf8");
	const certificate = pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
	const head = { typ: "JWT", alg: "ES256", x5c: [certificate] };
	const text = [head, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const key = { key: createPrivateKey(readFileSync(keyFile)), dsaEncoding: "ieee-p1363" } as const;
	return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}
