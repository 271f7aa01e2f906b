/** The model is held to the kernel, and the walk of our own to both: all answer alike. */
import { test } from "node:test";
import { checkAgainstModel } from "../../sys/file-operations.contract.ts";
import { makeHostBackend } from "../node/backend.contract.ts";
import { openDirectory, openDirectoryBy } from "../node/directory.ts";
import { makeMemoryBackend } from "./backend.contract.ts";

const skip = process.platform === "linux" ? false : "the answers are those of Linux";

test("random operations on memory and on the kernel answer alike", { skip }, () => {
	checkAgainstModel(makeMemoryBackend, () => makeHostBackend(openDirectory), { numRuns: 200 });
});

test("random operations on memory and by descriptors of the host answer alike", { skip }, () => {
	const byDescriptors = (path: string) => openDirectoryBy("descriptors", path);
	checkAgainstModel(makeMemoryBackend, () => makeHostBackend(byDescriptors), { numRuns: 200 });
});
