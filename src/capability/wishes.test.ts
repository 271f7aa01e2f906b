import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import { NO_GRANTS } from "./grants.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { parseTmpfs, parseVolume } from "./mounts.ts";
import { parseNetRule } from "./net.ts";
import { parseKeyValue } from "./services.ts";
import { settle, type Wishes } from "./wishes.ts";

const NOTHING: Wishes = { mounts: [], env: [], net: [], config: [], keyvalue: [], limits: {} };
const none = () => undefined;
const volume = (text: string) => parseVolume(text, { where: `-v ${text}` });
const tmpfs = (text: string) => parseTmpfs(text, { where: `--tmpfs ${text}` });
const rule = (text: string) => parseNetRule(text, { where: `--net ${text}` });

test("no sources, and sources that wish nothing, grant nothing", () => {
	const nothing = { grants: NO_GRANTS, limits: DEFAULT_LIMITS, readOnly: false };
	assert.deepEqual(settle([], none), nothing);
	assert.deepEqual(settle([NOTHING, NOTHING], none), nothing);
});

test("two mounts at one guest path are refused, however it is spelled", () => {
	assert.equal(
		faultText(() => settle([{ ...NOTHING, mounts: [volume("./a:/data"), tmpfs("/data/")] }], none)),
		`error: cannot mount two things at '/data' [GRANT_INVALID]
note: they are '-v ./a:/data' and '--tmpfs /data/'
help: give one of them another guest path
`,
	);
});

test("mounts within mounts are fine, in the order given", () => {
	const mounts = [volume("./a:/data/in"), volume("./b:/data"), tmpfs("/data/tmp")];
	assert.deepEqual(settle([{ ...NOTHING, mounts }], none).grants.mounts, mounts);
});

test("a later source's mount replaces an earlier one's at the same guest path", () => {
	const policy = { ...NOTHING, mounts: [volume("./a:/data:ro"), volume("./b:/b")] };
	const flags = { ...NOTHING, mounts: [volume("./c:/data")] };
	assert.deepEqual(settle([policy, flags], none).grants.mounts, [volume("./c:/data"), volume("./b:/b")]);
});

test("of two stores of one name the later counts, and values of the configuration likewise", () => {
	const store = (text: string) => parseKeyValue(text, { where: `--keyvalue ${text}` });
	const policy = { ...NOTHING, keyvalue: [store("a=./a.db"), store("b")], config: [["x", "1"]] as const };
	const flags = { ...NOTHING, keyvalue: [store("a")], config: [["x", "2"]] as const };
	const { grants } = settle([policy, flags], none);
	assert.deepEqual(grants.keyvalue, [store("a"), store("b")]);
	assert.deepEqual([...grants.config], [["x", "2"]]);
});

test("lists add up and scalars replace", () => {
	const policy: Wishes = {
		...NOTHING,
		env: [
			{ name: "A", value: "1" },
			{ name: "B", value: "2" },
		],
		net: [rule("connect=a.example:1"), rule("listen=127.0.0.1:80")],
		limits: { memory_bytes: 1 << 20, timeout_ms: 5 },
		clock: { type: "real" },
		workdir: "/a",
		stdin: "open",
	};
	const flags: Wishes = {
		...NOTHING,
		env: [{ name: "A", value: "3" }],
		net: [rule("connect=a.example:1"), rule("resolve=b.example")],
		limits: { timeout_ms: undefined },
		workdir: "/b",
	};
	const { grants, limits } = settle([policy, flags], none);
	assert.deepEqual(
		[...grants.env],
		[
			["A", "3"],
			["B", "2"],
		],
	);
	assert.deepEqual(
		grants.net.map(({ type }) => type),
		["connect", "listen", "resolve"],
	);
	assert.deepEqual(limits, { ...DEFAULT_LIMITS, memory_bytes: 1 << 20 });
	assert.deepEqual([grants.clock, grants.workdir, grants.stdin], [{ type: "real" }, "/b", "open"]);
});

test("--read-only closes every bind mount and says that it did; a tmpfs stays as it is", () => {
	const mounts = [volume("./a:/a:rw"), volume("./b:/b:ro"), tmpfs("/tmp")];
	const { grants } = settle([{ ...NOTHING, mounts, readOnly: true }], none);
	assert.deepEqual(
		grants.mounts.map(({ guest, readOnly, origin }) => [guest, readOnly, origin.where]),
		[
			["/a", true, "--read-only"],
			["/b", true, "-v ./b:/b:ro"],
			["/tmp", false, "--tmpfs /tmp"],
		],
	);
});

test("--read-only=false takes back what a policy said", () => {
	const policy = { ...NOTHING, mounts: [volume("./a:/a")], readOnly: true };
	const [mount] = settle([policy, { ...NOTHING, readOnly: false }], none).grants.mounts;
	assert.equal(mount?.readOnly, false);
});
