/** To whom the client says who we are: challenges, tokens, redirects, stale and wrong logins. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";

import { pieceOf } from "../../src/oci/bytes.ts";
import { documentOf } from "../../src/oci/encode.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { Registry } from "../../src/registry/client/registry.ts";
import { RegistryRepository } from "../../src/registry/client/repository.ts";
import {
	type Answering,
	collected,
	faultOf,
	impatient,
	known,
	type OddServer,
	type SeenRequest,
	startOddServer,
} from "./odd-server.ts";

const IMAGE = documentOf(
	Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.MANIFEST, layers: [] })),
	MediaType.MANIFEST,
);
const BLOB = documentOf(Buffer.from("a blob"), MediaType.WASM);
/** ann:secret */
const BASIC = "Basic YW5uOnNlY3JldA==";

function image(response: ServerResponse): void {
	response.writeHead(200, { "content-type": MediaType.MANIFEST }).end(IMAGE.bytes);
}

function demand(response: ServerResponse, challenge: string): void {
	response.writeHead(401, { "www-authenticate": challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
}

function authorizations({ seen }: OddServer): (string | string[] | undefined)[] {
	return seen.map(({ headers }) => headers["authorization"]);
}

/** A registry whose token server is itself, under /token; `check` says which requests to it get a token. */
async function tokenRegistry(
	context: TestContext,
	check: (request: SeenRequest) => string | undefined,
	rest: Answering = (_request, response) => image(response),
): Promise<OddServer> {
	const server = await startOddServer(context, (request, response) => {
		const { path, headers } = request;
		if (path.startsWith("/token")) {
			const token = check(request);
			if (token === undefined) response.writeHead(401).end();
			else response.end(JSON.stringify({ token, expires_in: 300 }));
		} else if (headers["authorization"]?.toString().startsWith("Bearer good") === true)
			rest(request, response);
		else demand(response, `Bearer realm="http://${server.host}/token?x=1",service="the registry"`);
	});
	return server;
}

function tokenRequests({ seen }: OddServer): URLSearchParams[] {
	return seen
		.filter(({ path }) => path.startsWith("/token"))
		.map(({ path }) => new URL(path, "http://127.0.0.1").searchParams);
}

test("nobody is told a password who did not ask for one", async (context) => {
	const server = await startOddServer(context, (_request, response) => image(response));
	await new RegistryRepository(impatient(server, { credentials: known("ann", "secret") }), "app").resolve(
		"v1",
	);
	assert.deepEqual(authorizations(server), [undefined]);
});

test("Basic is said when it is demanded, and then unasked", async (context) => {
	const server = await startOddServer(context, ({ headers }, response) => {
		if (headers["authorization"] === BASIC) image(response);
		else demand(response, 'Negotiate, Basic realm="a, b", charset="UTF-8"');
	});
	const repository = new RegistryRepository(
		impatient(server, { credentials: known("ann", "secret") }),
		"app",
	);
	await repository.resolve("v1");
	await repository.resolve("v2");
	assert.deepEqual(authorizations(server), [undefined, BASIC, BASIC]);
});

test("a wrong password is said once, and where it came from", async (context) => {
	const server = await startOddServer(context, (_request, response) => {
		demand(response, 'Basic realm="r"');
	});
	const registry = impatient(server, { credentials: known("ann", "wrong") });
	const fault = await faultOf(new RegistryRepository(registry, "app").resolve("v1"));
	assert.equal(fault.code, "REGISTRY_DENIED");
	assert.match(fault.text, /UNAUTHORIZED[^]*it was told the login from the test[^]*wherry login 127/);
	assert.equal(server.seen.length, 2);
});

test("without a login, the refusal says so", async (context) => {
	const server = await startOddServer(context, (_request, response) => {
		demand(response, 'Basic realm="r"');
	});
	const fault = await faultOf(new RegistryRepository(impatient(server), "app").resolve("v1"));
	assert.match(fault.text, /no login for '127\.0\.0\.1:\d+' was found/);
});

test("what is demanded in no way we know is a refusal", async (context) => {
	for (const challenge of ["Negotiate", "", "=", 'Digest realm="r", nonce="n"']) {
		const server = await startOddServer(context, (_request, response) => {
			demand(response, challenge);
		});
		const registry = impatient(server, { credentials: known("ann", "secret") });
		assert.equal(
			(await faultOf(new RegistryRepository(registry, "app").resolve("v1"))).code,
			"REGISTRY_DENIED",
		);
		assert.deepEqual(authorizations(server), [undefined]);
	}
});

test("a token is asked for a repository and an action, and serves until it ends", async (context) => {
	const server = await tokenRegistry(context, ({ headers }) =>
		headers["authorization"] === BASIC ? "good" : undefined,
	);
	const registry = impatient(server, { credentials: known("ann", "secret") });
	const [one, two] = ["team/one", "two"].map((path) => new RegistryRepository(registry, path));
	await one?.resolve("v1");
	await one?.resolve("v2");
	await one?.has(IMAGE.descriptor);
	await two?.resolve("v1");
	const asked = tokenRequests(server).map((query) => [
		query.get("service"),
		query.getAll("scope"),
		query.get("x"),
	]);
	assert.deepEqual(asked, [
		["the registry", ["repository:team/one:pull"], "1"],
		["the registry", ["repository:team/one:pull,push"], "1"],
		["the registry", ["repository:two:pull"], "1"],
	]);
	assert.equal(server.seen.filter(({ headers }) => headers["authorization"] === undefined).length, 1);
});

test("a token that the registry takes no more is replaced", async (context) => {
	let given = 0;
	let stale = "";
	const server = await startOddServer(context, ({ path, headers }, response) => {
		if (path.startsWith("/token")) return response.end(JSON.stringify({ access_token: `t${++given}` }));
		const said = headers["authorization"];
		if (said === undefined || said === stale)
			return demand(response, `Bearer realm="http://${server.host}/token"`);
		return image(response);
	});
	const repository = new RegistryRepository(impatient(server), "app");
	await repository.resolve("v1");
	stale = "Bearer t1";
	await repository.resolve("v2");
	assert.equal(given, 2);
	assert.equal(server.seen.at(-1)?.headers["authorization"], "Bearer t2");
});

test("with a stale login, what all may read is read as nobody", async (context) => {
	const server = await tokenRegistry(context, ({ headers }) =>
		headers["authorization"] === undefined ? "good" : undefined,
	);
	const registry = impatient(server, { credentials: known("ann", "stale") });
	assert.ok(await new RegistryRepository(registry, "app").resolve("v1"));
});

test("a login that is being tried does not pass as nobody", async (context) => {
	const server = await tokenRegistry(
		context,
		({ headers }) => (headers["authorization"] === undefined ? "good" : undefined),
		(_request, response) => response.end(),
	);
	const registry = impatient(server, { credentials: known("ann", "stale"), isLogin: true });
	const fault = await faultOf(registry.greet());
	assert.equal(fault.code, "REGISTRY_DENIED");
});

test("an identity token is traded by POST", async (context) => {
	const server = await tokenRegistry(context, ({ method, body }) =>
		method === "POST" && body.includes("grant_type=refresh_token") && body.includes("refresh_token=identity")
			? "good"
			: undefined,
	);
	const credentials = async () => ({ kind: "identity", token: "identity", from: "the test" }) as const;
	assert.ok(await new RegistryRepository(impatient(server, { credentials }), "app").resolve("v1"));
});

test("a registry that refuses for ever is asked three times", async (context) => {
	const server = await startOddServer(context, ({ path }, response) => {
		if (path.startsWith("/token")) response.end('{"token":"good"}');
		else demand(response, `Bearer realm="http://${server.host}/token",error="insufficient_scope"`);
	});
	const fault = await faultOf(new RegistryRepository(impatient(server), "app").resolve("v1"));
	assert.equal(fault.code, "REGISTRY_DENIED");
	assert.equal(server.seen.filter(({ path }) => path.startsWith("/v2/")).length, 3);
});

for (const [title, realm] of Object.entries({
	"in the open network": "http://auth.example.com/token",
	"of another scheme": "ftp://auth.example.com/token",
	"with a name in it": "https://ann@auth.example.com/token",
	"that is none": "https://[token",
	"that is missing": undefined,
}))
	test(`no token server ${title} is told anything`, async (context) => {
		const server = await startOddServer(context, (_request, response) => {
			demand(response, realm === undefined ? "Bearer" : `Bearer realm="${realm}"`);
		});
		const registry = impatient(server, { credentials: known("ann", "secret") });
		const fault = await faultOf(new RegistryRepository(registry, "app").resolve("v1"));
		assert.equal(fault.code, "REGISTRY_ERROR", fault.text);
		assert.ok(server.seen.every(({ headers }) => headers["authorization"] === undefined));
	});

for (const [title, answer] of Object.entries({
	"no JSON": "token",
	"no token": "{}",
	"a token with a line's end in it": JSON.stringify({ token: "a\r\nx-evil: b" }),
	"a token of 60 KiB": JSON.stringify({ token: "t".repeat(60 << 10) }),
	"a token that is a list": '{"token":["good"]}',
}))
	test(`a token server's answer with ${title} is refused`, async (context) => {
		const server = await startOddServer(context, ({ path }, response) => {
			if (path.startsWith("/token")) response.end(answer);
			else demand(response, `Bearer realm="http://${server.host}/token"`);
		});
		const fault = await faultOf(new RegistryRepository(impatient(server), "app").resolve("v1"));
		assert.equal(fault.code, "REGISTRY_ERROR");
	});

test("a token server that is busy is asked again", async (context) => {
	let asked = 0;
	const server = await tokenRegistry(context, () => "good");
	const busy = await startOddServer(context, ({ path, headers }, response) => {
		if (path.startsWith("/token")) {
			asked += 1;
			response.writeHead(asked === 1 ? 503 : 200).end('{"token":"good"}');
		} else if (headers["authorization"] === undefined)
			demand(response, `Bearer realm="http://${busy.host}/token"`);
		else image(response);
	});
	assert.ok(await new RegistryRepository(impatient(busy), "app").resolve("v1"));
	assert.equal(asked, 2);
	assert.equal(server.seen.length, 0);
});

test("a blob at another place is fetched without our name, and that place cannot ask for it", async (context) => {
	const storage = await startOddServer(context, ({ path }, response) => {
		if (path === "/asks") demand(response, 'Basic realm="storage"');
		else response.end(BLOB.bytes);
	});
	const server = await startOddServer(context, ({ path, headers }, response) => {
		if (headers["authorization"] !== BASIC) return demand(response, 'Basic realm="r"');
		const place = path.includes("/asks/") ? "asks" : "blob?signed=%2F";
		return response.writeHead(307, { location: `http://${storage.host}/${place}` }).end();
	});
	const registry = impatient(server, { credentials: known("ann", "secret") });
	const bytes = await collected(new RegistryRepository(registry, "app").fetch(BLOB.descriptor));
	assert.deepEqual(bytes, Buffer.from(BLOB.bytes));
	const fault = await faultOf(collected(new RegistryRepository(registry, "asks").fetch(BLOB.descriptor)));
	assert.equal(fault.code, "REGISTRY_ERROR");
	assert.deepEqual(authorizations(storage), [undefined, undefined]);
	assert.equal(storage.seen[0]?.path, "/blob?signed=%2F");
});

test("an upload at another place hears nothing of our name", async (context) => {
	const storage = await startOddServer(context, (_request, response) => response.writeHead(201).end());
	const server = await startOddServer(context, ({ headers }, response) => {
		if (headers["authorization"] !== BASIC) return demand(response, 'Basic realm="r"');
		return response.writeHead(202, { location: `http://${storage.host}/there` }).end();
	});
	const registry = impatient(server, { credentials: known("ann", "secret") });
	await new RegistryRepository(registry, "app").put(BLOB.descriptor, pieceOf(BLOB.bytes));
	assert.deepEqual(authorizations(storage), [undefined]);
});

test("a redirect that comes back does not bring our name along", async (context) => {
	const server = await startOddServer(context, ({ path, headers }, response) => {
		if (path.startsWith("/v2/") && headers["authorization"] !== BASIC)
			return demand(response, 'Basic realm="r"');
		if (path.startsWith("/v2/")) return response.writeHead(307, { location: `http://${away.host}/` }).end();
		return response.end(BLOB.bytes);
	});
	const away = await startOddServer(context, (_request, response) =>
		response.writeHead(307, { location: `http://${server.host}/stored` }).end(),
	);
	const registry = impatient(server, { credentials: known("ann", "secret") });
	await collected(new RegistryRepository(registry, "app").fetch(BLOB.descriptor));
	assert.equal(server.seen.at(-1)?.headers["authorization"], undefined);
});

test("a redirect within the registry keeps our name", async (context) => {
	const server = await startOddServer(context, ({ path, headers }, response) => {
		if (headers["authorization"] !== BASIC) return demand(response, 'Basic realm="r"');
		if (path.startsWith("/v2/")) return response.writeHead(302, { location: "/stored" }).end();
		return response.end(BLOB.bytes);
	});
	const registry = impatient(server, { credentials: known("ann", "secret") });
	await collected(new RegistryRepository(registry, "app").fetch(BLOB.descriptor));
	assert.equal(server.seen.at(-1)?.path, "/stored");
});

test("a login that cannot be read does not stand before what all may read, and is told of else", async (context) => {
	const broken = async (): Promise<never> => {
		throw new Error("the helper is broken");
	};
	const open = await tokenRegistry(context, () => "good");
	assert.ok(await new RegistryRepository(impatient(open, { credentials: broken }), "app").resolve("v1"));
	const closed = await tokenRegistry(context, () => undefined);
	await assert.rejects(
		new RegistryRepository(impatient(closed, { credentials: broken }), "app").resolve("v1"),
		/the helper is broken/,
	);
});

for (const host of ["a b", "a/b", "ann@host", "host?", "host#", "", "host:port", "http://host"])
	test(`'${host}' is no registry`, () => {
		assert.throws(() => new Registry(host, { credentials: async () => undefined }), {
			code: "REFERENCE_INVALID",
		});
	});
