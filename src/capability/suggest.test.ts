import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { formatFault } from "../base/fault.ts";
import type { Denial, PathDenial } from "./denial.ts";
import { type Grants, NO_GRANTS } from "./grants.ts";
import { parseMount } from "./mount-csv.ts";
import { parseDir, parseTmpfs, parseVolume } from "./mounts.ts";
import { denialFault, type HostLookup, suggestGrant, tellingDenials } from "./suggest.ts";

type Kind = "file" | "directory";

interface Case {
	readonly name: string;
	readonly denial: Denial;
	readonly mounts?: Grants["mounts"];
	/** What there is on the host. */
	readonly host?: Readonly<Record<string, Kind>>;
	readonly says: string;
}

const volume = (text: string) => parseVolume(text, { where: `-v ${text}` });
const path = (
	guestPath: string,
	need: PathDenial["need"],
	rule: PathDenial["rule"] = "no-mount",
): PathDenial => ({
	type: "path",
	guestPath,
	need,
	rule,
});

const CASES: readonly Case[] = [
	{
		name: "a file to read, of the same path on the host",
		denial: path("/etc/passwd", "read"),
		host: { "/etc/passwd": "file" },
		says: `error: guest may not open '/etc/passwd' [NOT_GRANTED]
note: no files are granted
help: --dir /etc/passwd:/etc/passwd:ro
`,
	},
	{
		name: "a file of the working directory",
		denial: path("/data.txt", "read"),
		host: { "./data.txt": "file" },
		says: `error: guest may not open '/data.txt' [NOT_GRANTED]
note: no files are granted
help: --dir ./data.txt:/data.txt:ro
`,
	},
	{
		name: "a directory to list, beside other grants",
		denial: path("/src", "list"),
		mounts: [volume("./a:/a"), volume("./b:/b")],
		host: { "./src": "directory" },
		says: `error: guest may not list '/src' [NOT_GRANTED]
note: no grant covers it: only '/a' and '/b' are granted
help: --dir ./src:/src:ro
`,
	},
	{
		name: "something that is nowhere",
		denial: path("/nowhere", "stat"),
		says: `error: guest may not look up '/nowhere' [NOT_GRANTED]
note: no files are granted
note: there is nothing at that path on the host either
`,
	},
	{
		name: "a file to overwrite",
		denial: path("/out/a.txt", "write"),
		host: { "./out/a.txt": "file", "./out": "directory" },
		says: `error: guest may not write '/out/a.txt' [NOT_GRANTED]
note: no files are granted
help: --dir ./out/a.txt:/out/a.txt:rw
`,
	},
	{
		name: "a file to make: the directory it is made in",
		denial: path("/out/a.txt", "write"),
		host: { "./out": "directory" },
		says: `error: guest may not write '/out/a.txt' [NOT_GRANTED]
note: no files are granted
help: --dir ./out:/out:rw
`,
	},
	{
		name: "a file to make at the top: the working directory, never the host's root",
		denial: path("/a.txt", "write"),
		host: { "/": "directory", ".": "directory" },
		says: `error: guest may not write '/a.txt' [NOT_GRANTED]
note: no files are granted
help: --dir .:/:rw
`,
	},
	{
		name: "the root to list: the working directory",
		denial: path("/", "list"),
		host: { "/": "directory", ".": "directory" },
		says: `error: guest may not list '/' [NOT_GRANTED]
note: no files are granted
help: --dir .:/:ro
`,
	},
	{
		name: "a temporary file: a tmpfs rather than the host's",
		denial: path("/tmp/x/y", "write"),
		host: { "/tmp": "directory", "/tmp/x": "directory" },
		says: `error: guest may not write '/tmp/x/y' [NOT_GRANTED]
note: no files are granted
help: --tmpfs /tmp
`,
	},
	{
		name: "a directory that is nowhere to write in",
		denial: path("/no/such/a.txt", "write"),
		says: `error: guest may not write '/no/such/a.txt' [NOT_GRANTED]
note: no files are granted
note: there is nothing at that path on the host either
`,
	},
	{
		name: "a read-only grant, written at its top",
		denial: path("/data/out.txt", "write", "read-only"),
		mounts: [volume("./data:/data:ro")],
		host: { "./data": "directory" },
		says: `error: guest may not write '/data/out.txt' [NOT_GRANTED]
note: '/data' is granted read-only, by '-v ./data:/data:ro'
help: --dir ./data:/data:rw
`,
	},
	{
		name: "a read-only grant, written deeper: only that directory",
		denial: path("/data/a/b/out.txt", "write", "read-only"),
		mounts: [volume("./data/:/data:ro")],
		host: { "./data": "directory", "./data/a": "directory" },
		says: `error: guest may not write '/data/a/b/out.txt' [NOT_GRANTED]
note: '/data' is granted read-only, by '-v ./data/:/data:ro'
help: --dir ./data/a:/data/a:rw
`,
	},
	{
		name: "the nearest of two grants counts",
		denial: path("/data/in/x", "write", "read-only"),
		mounts: [volume("./data:/data"), volume("./in:/data/in:ro")],
		says: `error: guest may not write '/data/in/x' [NOT_GRANTED]
note: '/data/in' is granted read-only, by '-v ./in:/data/in:ro'
help: --dir ./in:/data/in:rw
`,
	},
	{
		name: "a read-only file",
		denial: path("/in/a.txt", "write", "read-only"),
		mounts: [volume("./a.txt:/in/a.txt:ro")],
		host: { "./a.txt": "file" },
		says: `error: guest may not write '/in/a.txt' [NOT_GRANTED]
note: '/in/a.txt' is granted read-only, by '-v ./a.txt:/in/a.txt:ro'
help: --dir ./a.txt:/in/a.txt:rw
`,
	},
	{
		name: "a read-only root",
		denial: path("/sub/a.txt", "write", "read-only"),
		mounts: [volume("./top:/:ro")],
		host: { "./top/sub": "directory" },
		says: `error: guest may not write '/sub/a.txt' [NOT_GRANTED]
note: '/' is granted read-only, by '-v ./top:/:ro'
help: --dir ./top/sub:/sub:rw
`,
	},
	{
		name: "beneath a grant named '.'",
		denial: path("sub/a.txt", "write", "read-only"),
		mounts: [parseDir(".::.:ro", { where: "--dir .::.:ro" })],
		host: { "./sub": "directory" },
		says: `error: guest may not write 'sub/a.txt' [NOT_GRANTED]
note: '.' is granted read-only, by '--dir .::.:ro'
help: --dir .:.:rw
`,
	},
	{
		name: "a read-only tmpfs",
		denial: path("/tmp/a", "write", "read-only"),
		mounts: [parseTmpfs("/tmp:ro", { where: "--tmpfs /tmp:ro" })],
		says: `error: guest may not write '/tmp/a' [NOT_GRANTED]
note: '/tmp' is granted read-only, by '--tmpfs /tmp:ro'
help: --tmpfs /tmp:size=64m
`,
	},
	{
		name: "closed by --read-only",
		denial: path("/data/a", "write", "read-only"),
		mounts: [{ ...volume("./data:/data:ro"), origin: { where: "--read-only" } }],
		says: `error: guest may not write '/data/a' [NOT_GRANTED]
note: '/data' is read-only because of --read-only; run it without that to allow it
`,
	},
	{
		name: "a way out of a grant",
		denial: path("/data/link", "read", "escape"),
		mounts: [volume("./data:/data")],
		host: { "/data/link": "file" },
		says: `error: guest may not open '/data/link' [NOT_GRANTED]
note: it leads out of '/data' through a link or '..', or to a device, FIFO or socket
note: no flag allows that; what it leads to can be granted under its own path
`,
	},
	{
		name: "a path with blanks and quotes is quoted for the shell",
		denial: path("/my file's", "read"),
		host: { "./my file's": "file" },
		says: `error: guest may not open '/my file's' [NOT_GRANTED]
note: no files are granted
help: --dir './my file'\\''s:/my file'\\''s:ro'
`,
	},
	{
		name: "a path with a ':' needs --mount",
		denial: path("/a:b,c", "read"),
		host: { "./a:b,c": "file" },
		says: `error: guest may not open '/a:b,c' [NOT_GRANTED]
note: no files are granted
help: --mount 'type=bind,"source=./a:b,c","target=/a:b,c",readonly'
`,
	},
	{
		name: "a path that writes lines of its own is neither shown as such nor offered",
		denial: path("/x\nhelp: rm -rf ~", "read"),
		host: { "./x\nhelp: rm -rf ~": "file" },
		says: `error: guest may not open '/x\\u{a}help: rm -rf ~' [NOT_GRANTED]
note: no files are granted
note: the path holds characters that are not printed: no grant is offered
`,
	},
	{
		name: "a full tmpfs",
		denial: { type: "no-space", guestPath: "/tmp/a" },
		mounts: [parseTmpfs("/tmp:size=16m", { where: "--tmpfs /tmp:size=16m" })],
		says: `error: guest may not write more to '/tmp' [LIMIT_REACHED]
note: it is a tmpfs of 16m, by '--tmpfs /tmp:size=16m', and it is full
help: --tmpfs /tmp:size=32m
`,
	},
	{
		name: "a full disk",
		denial: { type: "no-space", guestPath: "/data/a" },
		mounts: [volume("./data:/data")],
		says: `error: cannot write '/data/a' [IO]
note: the disk behind '/data' is full, or its quota is
`,
	},
	{
		name: "descriptors",
		denial: { type: "descriptors", limit: 1024 },
		says: `error: guest may not have more than 1024 descriptors open [LIMIT_REACHED]
note: files, directories and connections count, and the three standard streams
help: --ulimit nofile=2048
`,
	},
	{
		name: "descriptors at their most",
		denial: { type: "descriptors", limit: 1_048_576 },
		says: `error: guest may not have more than 1048576 descriptors open [LIMIT_REACHED]
note: files, directories and connections count, and the three standard streams
`,
	},
	{
		name: "a key-value store",
		denial: { type: "keyvalue", name: "sessions" },
		says: `error: guest may not open the key-value store 'sessions' [NOT_GRANTED]
note: no key-value stores are granted
help: --keyvalue sessions
`,
	},
	{
		name: "a key-value store of the empty name",
		denial: { type: "keyvalue", name: "" },
		says: `error: guest may not open the key-value store '' [NOT_GRANTED]
note: no key-value stores are granted
help: --keyvalue ''
`,
	},
	{
		name: "a key-value store that no grant can name",
		denial: { type: "keyvalue", name: "a;rm -rf\n" },
		says: `error: guest may not open the key-value store 'a;rm -rf\\u{a}' [NOT_GRANTED]
note: no key-value stores are granted
`,
	},
	{
		name: "standard input",
		denial: { type: "stdin" },
		says: `error: guest may not read standard input [NOT_GRANTED]
note: it is a terminal, and a terminal is read only by a guest that was granted it
help: -i
`,
	},
];

function lookupIn(host: Readonly<Record<string, Kind>>): HostLookup {
	const places = new Map(Object.entries(host));
	return (place) => places.get(place) ?? "missing";
}

for (const { name, denial, mounts = [], host = {}, says } of CASES)
	test(name, () => {
		assert.equal(formatFault(denialFault(denial, { ...NO_GRANTS, mounts }, lookupIn(host))), says);
	});

const SEARCHES = [path("/lib/a", "stat"), path("/lib/b", "stat")];
const THERE = path("/there", "read");
const TELLING: readonly (readonly [string, readonly Denial[], readonly Denial[]])[] = [
	["the latest stands first", [THERE, path("/b", "write")], [path("/b", "write"), THERE]],
	["a search before it is left out", [path("/a", "read"), path("/b", "list"), THERE], [THERE]],
	["a search after it is told behind it", [THERE, path("/in", "read")], [THERE, path("/in", "read")]],
	["look-ups are left out beside it", [...SEARCHES, THERE, ...SEARCHES], [THERE]],
	["look-ups are left out beside a search", [path("/in", "read"), ...SEARCHES], [path("/in", "read")]],
	["look-ups alone are told once", SEARCHES, [path("/lib/b", "stat")]],
	["what is there on the host is no search", [...SEARCHES, path("/there", "stat")], [path("/there", "stat")]],
	["what led out is no search", [...SEARCHES, path("/a", "stat", "escape")], [path("/a", "stat", "escape")]],
	["a limit is no search", [...SEARCHES, { type: "stdin" }], [{ type: "stdin" }]],
	["nothing is nothing", [], []],
];
for (const [name, denials, told] of TELLING)
	test(`what a failing run tells: ${name}`, () => {
		const lookup: HostLookup = (place) => (place === "/there" ? "directory" : "missing");
		assert.deepEqual(tellingDenials(denials, lookup), told);
	});

test("what is offered is, through a shell, the grant of exactly that path, and never of the host's root", () => {
	const name = fc.stringMatching(/^[ -~é]{1,8}$/).filter((text) => !/^\.*$|[/\\]/.test(text));
	fc.assert(
		fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
			const guestPath = `/${names.join("/")}`;
			const words = suggestGrant(path(guestPath, "read"), NO_GRANTS, () => "file");
			const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${words}`]);
			const [flag, text = ""] = stdout.toString().split("\0");
			const mount = (flag === "--mount" ? parseMount : parseDir)(text, { where: "" });
			assert.deepEqual(mount, {
				type: "bind",
				host: guestPath,
				guest: guestPath,
				readOnly: true,
				origin: { where: "" },
			});
		}),
		{ numRuns: 40 },
	);
});
