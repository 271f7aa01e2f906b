import assert from "node:assert/strict";
import { test } from "node:test";
import { needsDifference } from "./needs-difference.ts";

test("needs that are new are told in words, with their imports", () => {
	const was = ["wasi_snapshot_preview1.fd_write"];
	const is = [...was, "wasi_snapshot_preview1.path_open", "wasi:sockets/tcp@0.2.0"];
	const { added, removed } = needsDifference(was, is);
	assert.deepEqual(removed, []);
	assert.equal(added.length, 2);
	assert.match(added[0] ?? "", /^files: .*path_open/);
	assert.match(added[1] ?? "", /^network: .*wasi:sockets\/tcp@0\.2\.0/);
	assert.deepEqual(needsDifference(is, was), { added: [], removed: added });
});

test("a name cannot write lines of its own", () => {
	const [line = ""] = needsDifference([], ["a.b\nerror: c\u001b[31m"]).added;
	// oxlint-disable-next-line no-control-regex -- none of them is to be there
	assert.doesNotMatch(line, /[\u0000-\u001f]/);
});
