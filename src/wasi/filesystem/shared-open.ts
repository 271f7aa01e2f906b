import type { Descriptors, OpenDirectory, OpenFile } from "../descriptors.ts";

/**
 * A file or directory that several handles of one guest share: the descriptor, and the streams made from it, which
 * may outlive it. The last to let go closes it. It counts as one of the guest's descriptors.
 */
export class SharedOpen {
	readonly open: OpenFile | OpenDirectory;
	readonly #close: () => void;
	#uses = 1;

	constructor(open: OpenFile | OpenDirectory, close: () => void) {
		this.open = open;
		this.#close = close;
	}

	hold(): this {
		this.#uses += 1;
		return this;
	}

	release(): void {
		this.#uses -= 1;
		if (this.#uses === 0) this.#close();
	}
}

/** One that the guest opened itself. There is room among `descriptors`. */
export function sharedDescriptor(descriptors: Descriptors, open: OpenFile | OpenDirectory): SharedOpen {
	const fd = descriptors.add(open);
	return new SharedOpen(open, () => descriptors.close(fd));
}

/** One that the guest was given: it stays open, however many handles on it are dropped. */
export function givenDirectory(open: OpenDirectory): SharedOpen {
	return new SharedOpen(open, () => {});
}
