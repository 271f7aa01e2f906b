import assert from "node:assert/strict";
import { test } from "node:test";

import { isLoopback, originOf, parsePlace } from "./origin.ts";

const NONE = new Set<string>();

const ORIGINS: readonly (readonly [string, readonly string[], string])[] = [
	["registry.example.com", [], "https://registry.example.com"],
	["registry.example.com:5000", [], "https://registry.example.com:5000"],
	["docker.io", [], "https://registry-1.docker.io"],
	["localhost:5000", [], "http://localhost:5000"],
	["127.0.0.1:5000", [], "http://127.0.0.1:5000"],
	["127.9.9.9", [], "http://127.9.9.9"],
	["[::1]:5000", [], "http://[::1]:5000"],
	["10.0.0.1:5000", [], "https://10.0.0.1:5000"],
	["localhost.example.com", [], "https://localhost.example.com"],
	["127.0.0.1.example.com", [], "https://127.0.0.1.example.com"],
	["box.lan:5000", ["box.lan:5000"], "http://box.lan:5000"],
	["box.lan:5000", ["box.lan"], "http://box.lan:5000"],
	["box.lan:5000", ["box.lan:5001", "lan"], "https://box.lan:5000"],
];
for (const [host, insecure, origin] of ORIGINS)
	test(`${host} with --insecure '${insecure.join(" ")}' is at ${origin}`, () => {
		assert.equal(originOf(host, new Set(insecure)).origin, origin);
	});

for (const [hostname, expected] of [
	["localhost", true],
	["127.0.0.1", true],
	["127.255.255.255", true],
	["[::1]", true],
	["128.0.0.1", false],
	["0.0.0.0", false],
	["localhost.evil.example", false],
	["127.0.0.1.evil.example", false],
	["[::ffff:7f00:1]", false],
] as const)
	test(`${hostname} is ${expected ? "" : "not "}this machine`, () => {
		assert.equal(isLoopback(hostname), expected);
	});

const PLACES: readonly (readonly [string, string, string, boolean])[] = [
	["encrypted, elsewhere", "registry.example.com", "https://cdn.example.com/blob?x=%2F", true],
	["beside, without a host", "registry.example.com", "../b?c", true],
	["not encrypted", "registry.example.com", "http://registry.example.com/", false],
	["not encrypted, on this machine", "registry.example.com", "http://127.0.0.1/", false],
	["a machine's metadata", "registry.example.com", "http://169.254.169.254/", false],
	["another port of this machine", "127.0.0.1:5000", "http://127.0.0.1:5001/", true],
	["another name of this machine", "127.0.0.1:5000", "http://localhost:5001/", true],
	["from this machine into the network", "127.0.0.1:5000", "http://10.0.0.1/", false],
	["a file", "127.0.0.1:5000", "file:///etc/passwd", false],
	["data", "127.0.0.1:5000", "data:,x", false],
	["a name and a password", "registry.example.com", "https://ann:secret@cdn.example.com/", false],
	["rubbish", "registry.example.com", "https://[", false],
	["too long", "registry.example.com", `https://a/${"b".repeat(20_000)}`, false],
];
for (const [title, host, text, allowed] of PLACES)
	test(`a registry at ${host} may ${allowed ? "" : "not "}send us to a place that is ${title}`, () => {
		const origin = originOf(host, NONE);
		const parse = (): URL => parsePlace(text, new URL("/v2/a/", origin), origin, "place");
		if (allowed) parse();
		else assert.throws(parse, { code: "REGISTRY_ERROR" });
	});
