import { test } from "node:test";
import { checkDirectory } from "../../sys/directory.contract.ts";
import { checkAgainstModel } from "../../sys/file-operations.contract.ts";
import { makeMemoryBackend } from "./backend.contract.ts";
import { makeRemountedBackend } from "./remounted.contract.ts";

checkDirectory("memory, from a tree", makeRemountedBackend, {
	fails: {
		"a cookie outlives its entry": "the suite removes the entry from another file system than it listed",
		"times of a link are its own, or those of what it leads to": "a tree has no times of access",
	},
});

test("random operations on what starts as a tree and on what was filled by hand answer alike", () => {
	checkAgainstModel(makeMemoryBackend, makeRemountedBackend, { numRuns: 200 });
});
