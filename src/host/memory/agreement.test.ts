/** The model is held to the kernel: what the memory file system answers, Linux answers. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { DirectoryBackend } from "../../sys/backend.contract.ts";
import { checkAgainstModel } from "../../sys/file-operations.contract.ts";
import { openDirectory } from "../node/directory.ts";
import { makeMemoryBackend } from "./backend.contract.ts";

function makeKernelBackend(): DirectoryBackend {
	const place = mkdtempSync(join(tmpdir(), "wherry-agreement-"));
	const root = openDirectory(place);
	return {
		root,
		plantLink: (target, name) => symlinkSync(target, join(place, name)),
		dispose() {
			root.close();
			rmSync(place, { recursive: true });
		},
	};
}

const skip = process.platform === "linux" ? false : "the kernel's answers are Linux's";

test("random operations on memory and on the kernel answer alike", { skip }, () => {
	checkAgainstModel(makeMemoryBackend, makeKernelBackend, { numRuns: 100 });
});
