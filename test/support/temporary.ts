import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A new empty directory, its real path, removed with all that is in it when the test ends. */
export function temporaryDirectory(test: Pick<TestContext, "after">): string {
	const path = realpathSync(mkdtempSync(join(tmpdir(), "wherry-test-")));
	test.after(() => {
		rmSync(path, { recursive: true, force: true });
	});
	return path;
}
