/** Names as a machine has them, looked up behind the second wall: in a network of the test's own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../support/temporary.ts";
import { ROOT } from "../support/wherry.ts";
import type { Came } from "./namespace.ts";

const GUEST = join(ROOT, "guests/components/sockets.wasm");

interface Case {
	readonly title: string;
	readonly words: readonly string[];
	readonly status: number;
	readonly text: RegExp;
}

const CASES: readonly Case[] = [
	{
		title: "a name of the name server",
		words: ["--net", "resolve=api.example", GUEST, "resolve", "api.example"],
		status: 0,
		text: /^93\.184\.215\.14\n$/,
	},
	{
		title: "a name that nobody has",
		words: ["--net", "resolve=*.example", GUEST, "resolve", "nobody.example"],
		status: 1,
		text: /name-unresolvable/,
	},
	{
		title: "a name of the search list",
		words: ["--net", "resolve=printer", GUEST, "resolve", "printer"],
		status: 0,
		text: /^10\.0\.0\.9\n$/,
	},
	{
		title: "a name of the hosts file",
		words: ["--net", "resolve=ship.example", GUEST, "resolve", "ship.example"],
		status: 0,
		text: /^10\.0\.0\.7\n$/,
	},
	{
		title: "a name that is not granted: the name server is not asked",
		words: ["--net", "resolve=api.example", GUEST, "resolve", "secret.evil.example"],
		status: 1,
		text: /guest may not look up 'secret\.evil\.example'.*help: --net resolve=secret\.evil\.example\n$/s,
	},
	{
		title: "a granted name that leads to this machine",
		words: ["--net", "connect=evil.example:7", GUEST, "connect", "evil.example:7", "ahoy"],
		status: 1,
		text: /'evil\.example' is granted, but its address 127\.0\.0\.1 is this machine itself.*help: --net connect=127\.0\.0\.1:7\n$/s,
	},
	{
		title: "and its address granted beside it",
		words: [
			"--net",
			"connect=evil.example:7",
			"--net",
			"connect=127.0.0.1:7",
			GUEST,
			"connect",
			"evil.example:7",
			"ahoy",
		],
		status: 0,
		text: /^ahoy\n?$/,
	},
	{
		title: "a name that the person gives an address",
		words: [
			"--add-host",
			"api.example:127.0.0.1",
			"--net",
			"connect=api.example:7",
			GUEST,
			"connect",
			"api.example:7",
			"ahoy",
		],
		status: 0,
		text: /^ahoy\n?$/,
	},
];

test("names behind the wall", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(
		join(folder, "resolv.conf"),
		"nameserver 127.0.0.1\nsearch corp.example\noptions timeout:2\n",
	);
	writeFileSync(join(folder, "hosts"), "10.0.0.7 ship.example\n");
	const script = `
		mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts &&
		ip link set lo up || exit 77
		exec "$2" --no-warnings "$3" "$4"`;
	const own = process.getuid?.() === 0 ? ["-nm"] : ["-rnm"];
	const words = CASES.map((each) => ["run", ...each.words]);
	const namespace = join(import.meta.dirname, "namespace.ts");
	const { status, stdout, stderr } = spawnSync(
		"unshare",
		[...own, "sh", "-c", script, "sh", folder, process.execPath, namespace, JSON.stringify(words)],
		{ encoding: "utf8", timeout: 120_000 },
	);
	if (status !== 0 && /not permitted|No such file|ENOENT|not found|denied/.test(stderr ?? "ENOENT"))
		return context.skip(`this machine gives no network of one's own: ${(stderr ?? "no unshare").trim()}`);
	assert.equal(status, 0, stderr);
	const came = JSON.parse(stdout) as Came[];
	for (const [index, { title, status: expected, text }] of CASES.entries())
		await context.test(title, () => {
			assert.match(came[index]?.text ?? "", text);
			assert.equal(came[index]?.status, expected);
		});
});
