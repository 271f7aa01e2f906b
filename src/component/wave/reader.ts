/** What is wrong with a text of WAVE, and where: for whoever knows what it was to be. */
export class Problem extends Error {
	/** In characters from the start of the text, from 0. */
	readonly at: number;

	constructor(at: number, reason: string) {
		super(reason);
		this.at = at;
	}
}

const BLANK = /(?:[ \t\n\f\r]|\/\/[^\n]*)*/y;
const LABEL = /%?[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*/y;

/** A text that is read from its start to its end. */
export class Reader {
	readonly text: string;
	at: number;

	constructor(text: string, at = 0) {
		this.text = text;
		this.at = at;
	}

	/** The next character behind blanks and comments; "" at the end. */
	get next(): string {
		return this.text[this.start()] ?? "";
	}

	/** Where the next token begins. */
	start(): number {
		this.match(BLANK);
		return this.at;
	}

	/** Whether `mark` came next; then it is behind. */
	takes(mark: string): boolean {
		this.start();
		if (!this.text.startsWith(mark, this.at)) return false;
		this.at += mark.length;
		return true;
	}

	/** @throws Problem */
	demand(mark: string, wanted = `'${mark}'`): void {
		if (!this.takes(mark)) throw this.problem(`${wanted} is wanted here, not ${this.found()}`);
	}

	/** The label that comes next, with its '%'; undefined: none does. */
	label(): string | undefined {
		this.start();
		return this.match(LABEL);
	}

	/** What a sticky pattern finds right here; undefined: nothing. */
	match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.at;
		const found = pattern.exec(this.text)?.[0];
		if (found !== undefined) this.at += found.length;
		return found;
	}

	problem(reason: string, at = this.at): Problem {
		return new Problem(at, reason);
	}

	/** What stands here, for messages. */
	found(at = this.at): string {
		const rest = this.text.slice(at, at + SHOWN_MAX).trim();
		return rest === "" ? "the end" : `'${rest}'`;
	}
}

const SHOWN_MAX = 20;
