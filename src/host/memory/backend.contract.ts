import { assertOk, type DirectoryBackend } from "../../sys/backend.contract.ts";
import { Errno } from "../../sys/errno.ts";
import { FrozenClocks } from "../../sys/frozen-clocks.ts";
import { MemoryDirectory } from "./directory.ts";
import { DirectoryNode, LinkNode, type Volume } from "./nodes.ts";
import { Quota } from "./quota.ts";

const QUOTA_BYTES = 64 * 1024 ** 2;

/** The memory file system as the contract suites want it: the model that other backends are held to. */
export function makeMemoryBackend(): DirectoryBackend {
	const clocks = new FrozenClocks(1_700_000_000_000_000_000n);
	const volume: Volume = { device: 1n, clocks, quota: new Quota(QUOTA_BYTES), nextInode: 2 };
	const node = new DirectoryNode(volume);
	return {
		root: new MemoryDirectory(node),
		plantLink(target, name) {
			const made = node.create(name, () => new LinkNode(volume, target));
			assertOk(made === undefined ? Errno.NOSPC : Errno.SUCCESS);
		},
		dispose() {},
	};
}
