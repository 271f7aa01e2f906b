import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { isOfOwnProcess } from "./own-process.ts";

const skip = process.platform === "linux" ? false : "there is no /proc";

test("files of this process and its threads are its own, those of others are not", { skip }, () => {
	for (const thread of readdirSync("/proc/self/task")) {
		assert.equal(isOfOwnProcess(`/proc/${thread}/mem`), true);
		assert.equal(isOfOwnProcess(`/proc/${process.pid}/task/${thread}/environ`), true);
	}
	assert.equal(isOfOwnProcess(`/proc/${process.ppid}/environ`), false);
	assert.equal(isOfOwnProcess("/proc/meminfo"), false);
	assert.equal(isOfOwnProcess(`/proc/1/task/${process.pid}/x`), false);
});
