import { identifierText } from "./identifier.ts";

/** It is no such name, or too much of one. */
export class NoName extends Error {}

/** The letters of a v0 name, from the first to the last, and what they are put together to everywhere in it. */
export class Letters {
	readonly text: string;
	/** Where the next one stands; a back reference goes to another place for a while. */
	at = 0;
	#left: number;

	/** @param text behind `_R`; @param lettersMax so many are taken at most */
	constructor(text: string, lettersMax: number) {
		this.text = text;
		this.#left = lettersMax;
	}

	/** Empty at the end. */
	get next(): string {
		return this.text.charAt(this.at);
	}

	/** @throws NoName at the end */
	take(): string {
		const letter = this.text.charAt(this.at);
		if (letter === "" || --this.#left < 0) throw new NoName();
		this.at += 1;
		return letter;
	}

	/** Takes this letter, if it is the next. */
	eat(letter: string): boolean {
		if (this.text.charAt(this.at) !== letter) return false;
		this.at += 1;
		return true;
	}

	/** `_` is 0, `0_` is 1, and so on. The hash of a crate is larger than can be counted exactly, and is not said. */
	base62(): number {
		if (this.eat("_")) return 0;
		let value = 0;
		for (let letter = this.take(); letter !== "_"; letter = this.take())
			value = value * 62 + DIGITS.indexOf(letter);
		return value + 1;
	}

	/** A number behind a letter, one more than it says; 0 where the letter is not there. */
	tagged(letter: string): number {
		return this.eat(letter) ? this.base62() + 1 : 0;
	}

	/** What stands behind its length, decoded. */
	identifier(): string {
		const isPunycode = this.eat("u");
		let digits = this.take();
		if (digits !== "0") while (/\d/.test(this.next)) digits += this.take();
		const length = Number(digits);
		if (!/^\d{1,5}$/.test(digits)) throw new NoName();
		this.eat("_");
		const found = this.text.slice(this.at, this.at + length);
		if (found.length < length) throw new NoName();
		this.at += length;
		return isPunycode ? identifierText(found) : found;
	}

	/** Hexadecimal digits up to `_`. */
	hex(): string {
		let digits = "";
		for (let digit = this.take(); digit !== "_"; digit = this.take()) {
			if (!/[0-9a-f]/.test(digit)) throw new NoName();
			digits += digit;
		}
		return digits;
	}
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
