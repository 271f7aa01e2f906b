import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { humanSize } from "../images/human.ts";
import { isShown, shortDigest, type ShownProgress, type TransferWords } from "./progress.ts";

/** What of a terminal is used. */
export interface Screen {
	write(text: string): unknown;
	readonly columns?: number;
	readonly rows?: number;
}

const REDRAW_MS = 100;
const BAR_CELLS = 50;
/** Narrower than this, there is no bar: docker's own bound. */
const BAR_COLUMNS_MIN = 110;

/**
 * A bar for each blob that moves, at the foot of the screen; what is done becomes a line above them, and
 * scrolls away like any other.
 */
export class BarProgress implements ShownProgress {
	readonly #words: TransferWords;
	readonly #screen: Screen;
	readonly #moving = new Map<Digest, { readonly descriptor: Descriptor; done_bytes: number }>();
	readonly #timer: NodeJS.Timeout;
	#drawn_lines = 0;
	#above: string[] = [];

	constructor(words: TransferWords, screen: Screen) {
		this.#words = words;
		this.#screen = screen;
		this.#timer = setInterval(() => {
			this.#draw();
		}, REDRAW_MS).unref();
	}

	say(line: string): void {
		this.#above.push(line);
		this.#draw();
	}

	started(descriptor: Descriptor): void {
		if (isShown(descriptor)) this.#moving.set(descriptor.digest, { descriptor, done_bytes: 0 });
	}

	moved({ digest }: Descriptor, bytes: number): void {
		const moving = this.#moving.get(digest);
		if (moving !== undefined) moving.done_bytes += bytes;
	}

	ended(descriptor: Descriptor, how: "moved" | "there" | "mounted"): void {
		this.#moving.delete(descriptor.digest);
		if (isShown(descriptor)) this.say(`${shortDigest(descriptor)}: ${this.#words[how]}`);
	}

	end(): void {
		clearInterval(this.#timer);
		this.#moving.clear();
		this.#draw();
	}

	#draw(): void {
		// a terminal that does not know its size says 0
		const rows = this.#screen.rows || 24;
		const columns = this.#screen.columns || 80;
		const bars = [...this.#moving.values()]
			.slice(0, Math.max(1, rows - 2))
			.map(({ descriptor, done_bytes }) => this.#bar(descriptor, done_bytes, columns));
		const lines = [...this.#above, ...bars];
		this.#above = [];
		if (lines.length === 0 && this.#drawn_lines === 0) return;
		// up to the first line of the last drawing, and away with it
		const back = this.#drawn_lines === 0 ? "" : `\u001b[${this.#drawn_lines}A`;
		this.#screen.write(`${back}\u001b[0J${lines.map((line) => `${line.slice(0, columns - 1)}\n`).join("")}`);
		this.#drawn_lines = bars.length;
	}

	#bar(descriptor: Descriptor, done_bytes: number, columns: number): string {
		const { size } = descriptor;
		const done = `${humanSize(done_bytes, 4)}/${humanSize(size, 4)}`;
		const begin = `${shortDigest(descriptor)}: ${this.#words.moving}`;
		if (columns < BAR_COLUMNS_MIN) return `${begin} ${done}`;
		const cells = size === 0 ? BAR_CELLS : Math.min(BAR_CELLS, Math.floor((BAR_CELLS * done_bytes) / size));
		const head = cells < BAR_CELLS ? ">" : "";
		return `${begin} [${`${"=".repeat(cells)}${head}`.padEnd(BAR_CELLS)}] ${done}`;
	}
}
