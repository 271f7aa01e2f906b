import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DirectoryBackend } from "../../sys/backend.contract.ts";
import type { Directory } from "../../sys/directory.ts";

/** Where Linux keeps files in memory: the suites make thousands of them. */
const FAST = "/dev/shm";

/** A fresh directory of the host, opened by the backend to be tried. */
export function makeHostBackend(open: (hostPath: string) => Directory): DirectoryBackend {
	const place = mkdtempSync(join(existsSync(FAST) ? FAST : tmpdir(), "wherry-contract-"));
	// one deeper, so that there is something of ours outside
	const inside = join(place, "inside");
	mkdirSync(inside);
	const root = open(inside);
	return {
		root,
		plantLink: (target, path) => symlinkSync(target, join(inside, path)),
		dispose() {
			root.close();
			rmSync(place, { recursive: true, force: true });
		},
	};
}
