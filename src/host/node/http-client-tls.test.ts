import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { after, test } from "node:test";
import type { HttpClient } from "../../sys/http.ts";
import { certificatesIn, prepareHttpClient } from "./http-client.ts";

const folder = new URL("../../../test/registry/tls/", import.meta.url);
const cert = readFileSync(new URL("cert.pem", folder), "utf8");
const key = readFileSync(new URL("key.pem", folder), "utf8");

const closers: (() => void)[] = [];
after(() => {
	for (const close of closers) close();
});

async function clientTrusting(...extraCertificates: string[]): Promise<HttpClient> {
	const client = (await prepareHttpClient({ extraCertificates }))();
	closers.push(() => client.close());
	return client;
}

async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	closers.push(() => server.close());
	return (server.address() as AddressInfo).port;
}

const secure = await listening(
	createServer({ cert, key }, (request, response) => response.end(`hello ${request.headers.host}`)),
);
const old = await listening(
	createServer({ cert, key, maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA" }, (_, response) =>
		response.end(),
	),
);
const plain = await listening(createPlainServer((_, response) => response.end("plain")));

const cases: readonly {
	readonly name: string;
	readonly trusts: readonly string[];
	readonly host: string;
	readonly port: number;
	readonly answer: number | string;
}[] = [
	{
		name: "a certificate of an authority that was given",
		trusts: [cert],
		host: "localhost",
		port: secure,
		answer: 200,
	},
	{
		name: "an address that the certificate names",
		trusts: [cert],
		host: "127.0.0.1",
		port: secure,
		answer: 200,
	},
	{
		name: "a certificate that nobody vouches for",
		trusts: [],
		host: "localhost",
		port: secure,
		answer: "TLS-certificate-error",
	},
	{
		name: "a certificate for another name",
		trusts: [cert],
		host: "other.test",
		port: secure,
		answer: "TLS-certificate-error",
	},
	{
		name: "a server without a cipher in common",
		trusts: [cert],
		host: "localhost",
		port: old,
		answer: "TLS-alert-received",
	},
	{
		name: "a server that speaks no TLS",
		trusts: [cert],
		host: "localhost",
		port: plain,
		answer: "TLS-protocol-error",
	},
];
for (const { name, trusts, host, port, answer } of cases) {
	test(`https: ${name}: ${answer}`, async () => {
		const client = await clientTrusting(...trusts);
		const sent = client.send({
			head: { method: "GET", scheme: "https", authority: `${host}:${port}`, pathWithQuery: "/", headers: [] },
			host,
			port,
			hasBody: false,
			timeouts: {},
			gate: () => ["127.0.0.1"],
		});
		const response = await sent.response;
		assert.equal("tag" in response ? response.tag : response.status, answer);
		if (!("tag" in response)) response.body.cancel();
	});
}

test("the environment cannot switch the check of certificates off", async () => {
	process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
	try {
		const client = await clientTrusting();
		const head = {
			method: "GET",
			scheme: "https",
			authority: `localhost:${secure}`,
			pathWithQuery: "/",
			headers: [],
		} as const;
		const sent = client.send({
			head,
			host: "localhost",
			port: secure,
			hasBody: false,
			timeouts: {},
			gate: () => ["127.0.0.1"],
		});
		assert.deepEqual(await sent.response, { tag: "TLS-certificate-error" });
	} finally {
		delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
	}
});

const texts: readonly (readonly [name: string, text: string, count: number | undefined])[] = [
	["one", cert, 1],
	["two, with words between them", `mine:\n${cert}\nand again:\n${cert}`, 2],
	["none", "hello", undefined],
	["nothing", "", undefined],
	["a key", key, undefined],
	["a broken one", cert.replace(/\n[^-\n]{20}/, "\nAAAA"), undefined],
	["a good one and a broken one", cert + cert.replace(/\n[^-\n]{20}/, "\nAAAA"), undefined],
];
for (const [name, text, count] of texts)
	test(`certificates in a text: ${name}`, () => assert.equal(certificatesIn(text)?.length, count));
