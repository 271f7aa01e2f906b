/** The model is held to the kernel, and the walk of our own to both: all answer alike. */
import { test } from "node:test";
import type { Directory } from "../../sys/directory.ts";
import { checkAgainstModel } from "../../sys/file-operations.contract.ts";
import { makeHostBackend } from "../node/backend.contract.ts";
import { openDirectory, openDirectoryBy } from "../node/directory.ts";
import { makeMemoryBackend } from "./backend.contract.ts";

const skip = process.platform === "linux" ? false : "the answers are those of Linux";

test("random operations on memory and on the kernel answer alike", { skip }, () => {
	checkAgainstModel(makeMemoryBackend, () => makeHostBackend(openDirectory), { numRuns: 100 });
});

test("random operations on memory and by descriptors of the host answer alike", { skip }, () => {
	checkAgainstModel(makeMemoryBackend, () => makeHostBackend(openByDescriptors), { numRuns: 100 });
});

function openByDescriptors(hostPath: string): Directory {
	return openDirectoryBy("descriptors", hostPath);
}
