import type { ComponentWorld } from "../../wasi/component-guest.ts";
import { PrefixedStream } from "../../serve/prefixed-stream.ts";
import { Descriptors, type Open } from "../../wasi/descriptors.ts";
import type { Ending } from "../../wasi/end.ts";
import type { Mounted } from "../../wasi/filesystem/table.ts";
import type { TreeDirectory } from "../../sys/file-tree.ts";
import { type OpenedComponentWorld, openComponentWorld } from "../open-component-world.ts";
import { withNewTmpfs } from "../open-mounts.ts";
import { addFiles, withRoot } from "../open-world.ts";
import type { RunOptions } from "../run-options.ts";

const STANDARD_STREAMS = 3;

/** What the instances of a worker share of the machine, and the way to each one's own. */
export interface ServiceWorld {
	/** For the second wall. */
	readonly opened: OpenedComponentWorld;
	/** A world for one more instance: its own table of descriptors, its own files in memory. */
	readonly fresh: () => ComponentWorld;
	/** How many descriptors an instance is given. */
	readonly given: number;
	/** Whether each has files in memory that are its own. */
	readonly hasOwnFiles: boolean;
}

/**
 * Opens what was granted, once: instances share what is open. What is in memory (an image's root, `--tmpfs`) each gets
 * anew, so that no request finds what another one left.
 *
 * @param http whether the component sends requests itself
 * @param hasPrefixes whether lines of its output begin with the id of their request
 * @throws Fault as `openComponentWorld`
 */
export async function openServiceWorld(
	options: RunOptions,
	root: TreeDirectory | undefined,
	{ http, hasPrefixes }: { readonly http: boolean; readonly hasPrefixes: boolean },
): Promise<ServiceWorld> {
	const events = { onEnd, onClosedInput: () => {} };
	const opened = await openComponentWorld(options, events, root, { meanwhile: true, http });
	const { world, mounted } = opened;
	const { grants, limits } = options;
	// what is read-only in memory is empty for ever: it may be shared
	const hasMemory =
		root !== undefined || grants.mounts.some(({ type, readOnly }) => type === "tmpfs" && !readOnly);
	const given = count(world.descriptors);
	const fresh = (): ComponentWorld => {
		const descriptors = new Descriptors(limits.descriptors);
		for (let fd = 0; fd < (hasMemory ? STANDARD_STREAMS : given); fd += 1) {
			const open = world.descriptors.get(fd);
			if (open !== undefined) descriptors.add(hasPrefixes && fd < STANDARD_STREAMS ? prefixed(open) : open);
		}
		if (hasMemory) {
			const { learning } = options;
			const shown = (anew: readonly Mounted[]) => learning?.mounts(anew) ?? anew;
			const anew = withNewTmpfs(mounted, grants.mounts, world.clocks, shown);
			const add = () => addFiles(descriptors, grants, withRoot(anew, grants, root, world.clocks));
			if (learning === undefined) add();
			else learning.aside(add);
		}
		return { ...world, descriptors };
	};
	return { opened, fresh, given, hasOwnFiles: hasMemory };
}

/** An ending is thrown through the guest: other guests live on in this process. */
function onEnd(_how: Ending): void {}

function prefixed(open: Open): Open {
	if (open.kind !== "stream" || !open.stream.writable) return open;
	return { ...open, stream: new PrefixedStream(open.stream) };
}

function count(descriptors: Descriptors): number {
	let fd = 0;
	while (descriptors.get(fd) !== undefined) fd += 1;
	return fd;
}
