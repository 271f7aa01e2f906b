import { write } from "node:fs";

/** So much is held while the file or the reader of a pipe is slow; then lines are lost, and counted. */
const HELD_BYTES_MAX = 1024 * 1024;
/** Several processes write to one file: a write of a pipe is whole up to PIPE_BUF, one that appends to a file in any case. */
const WRITE_BYTES = { file: 64 * 1024, pipe: 4096 };
const DELAY_MS = 100;

/** Lines to a descriptor, many at a time, without ever making a request wait. */
export class LogFile {
	readonly #fd: number;
	readonly #write_bytes: number;
	readonly #dropped: () => void;
	#lines: string[] = [];
	#held_bytes = 0;
	#timer: NodeJS.Timeout | undefined;
	#writing: Promise<void> | undefined;

	/** @param dropped called for each line that is lost */
	constructor(fd: number, kind: "file" | "pipe", dropped: () => void) {
		this.#fd = fd;
		this.#write_bytes = WRITE_BYTES[kind];
		this.#dropped = dropped;
	}

	/** A line of ASCII, with its end. */
	add(line: string): void {
		if (this.#held_bytes + line.length > HELD_BYTES_MAX) return this.#dropped();
		this.#lines.push(line);
		this.#held_bytes += line.length;
		this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
	}

	/** Resolves when everything is written that came before. */
	async flush(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#writing ??= this.#writeAll();
		await this.#writing;
	}

	async #writeAll(): Promise<void> {
		while (this.#lines.length > 0) {
			const text = this.#next();
			try {
				await writeWhole(this.#fd, text);
			} catch {
				this.#dropped();
			}
			this.#held_bytes -= text.length;
		}
		this.#writing = undefined;
	}

	/** As many whole lines as one write takes; at least one. */
	#next(): string {
		let size = 0;
		let count = 0;
		for (const { length } of this.#lines) {
			if (count > 0 && size + length > this.#write_bytes) break;
			size += length;
			count += 1;
		}
		return this.#lines.splice(0, count).join("");
	}
}

const RETRY_MS = 20;

/** A pipe that is full takes nothing, or a part. */
async function writeWhole(fd: number, text: string): Promise<void> {
	for (let rest = text; rest !== "";) {
		const written = await writeSome(fd, rest);
		if (written === 0) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		rest = rest.slice(written);
	}
}

async function writeSome(fd: number, text: string): Promise<number> {
	return new Promise((resolve, reject) => {
		write(fd, text, null, "latin1", (error, written) => {
			if (error === null) resolve(written);
			else if (error.code === "EAGAIN") resolve(0);
			else reject(error);
		});
	});
}
