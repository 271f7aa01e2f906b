import { fromHex } from "../../base/hex.ts";
import { identifierText } from "./identifier.ts";

/** Deeper nesting is not followed. */
const DEPTH_MAX = 200;
/**
 * So many letters are read and said for each letter of a name: back references could make a short one endless. Real ones
 * take three.
 */
const LETTERS_FOR_EACH = 5;

/**
 * One name of Rust's v0 mangling (RFC 2603 and the rustc book, "v0 Symbol Format"), read and said in one pass, as
 * rustc-demangle's `{:#}` says it: without the hashes of crates, and integers without their types.
 */
export class V0Name {
	/** Undefined where it is no such name, or too much of one. */
	readonly text: string | undefined;

	readonly #mangled: string;
	#at = 0;
	#depth = 0;
	#steps = 0;
	/** Lifetimes that `for<'a>` has brought, around this place. */
	#lifetimes = 0;
	/** What is only skipped is not said. */
	#isSilent = false;
	readonly #pieces: string[] = [];
	#length = 0;
	readonly #lettersMax: number;

	/** @param mangled `_R…`, without a suffix */
	constructor(mangled: string) {
		this.#mangled = mangled.slice(2);
		this.#lettersMax = LETTERS_FOR_EACH * mangled.length;
		this.text = this.#whole();
	}

	#whole(): string | undefined {
		// a digit would be the version of another encoding
		if (!/^[A-Z]\w*$/.test(this.#mangled)) return undefined;
		try {
			this.#path(true);
			if (/[A-Z]/.test(this.#next)) this.#silently(() => this.#path(false)); // the crate that it was made in
			return this.#next === "" ? this.#pieces.join("") : undefined;
		} catch (error) {
			if (error instanceof NoName) return undefined;
			throw error;
		}
	}

	get #next(): string {
		return this.#mangled.charAt(this.#at);
	}

	#take(): string {
		const letter = this.#mangled.charAt(this.#at);
		if (letter === "" || ++this.#steps > this.#lettersMax) throw new NoName();
		this.#at += 1;
		return letter;
	}

	#eat(letter: string): boolean {
		if (this.#mangled.charAt(this.#at) !== letter) return false;
		this.#at += 1;
		return true;
	}

	#say(text: string): void {
		if (this.#isSilent) return;
		this.#length += text.length;
		if (this.#length > this.#lettersMax) throw new NoName();
		this.#pieces.push(text);
	}

	#silently(read: () => void): void {
		const was = this.#isSilent;
		this.#isSilent = true;
		read();
		this.#isSilent = was;
	}

	/** One level deeper. */
	#within(read: () => void): void {
		if (++this.#depth > DEPTH_MAX) throw new NoName();
		read();
		this.#depth -= 1;
	}

	/** What is read stands at an earlier place. */
	#back(read: () => void): void {
		const here = this.#at - 1;
		const place = this.#base62();
		if (place >= here) throw new NoName();
		if (this.#isSilent) return;
		const after = this.#at;
		this.#at = place;
		this.#within(read);
		this.#at = after;
	}

	/** `_` is 0, `0_` is 1, and so on. The hash of a crate is larger than can be counted exactly, and is not said. */
	#base62(): number {
		if (this.#eat("_")) return 0;
		let value = 0;
		for (let letter = this.#take(); letter !== "_"; letter = this.#take())
			value = value * 62 + DIGITS.indexOf(letter);
		return value + 1;
	}

	/** A number behind a letter, one more than it says; 0 where the letter is not there. */
	#tagged(letter: string): number {
		return this.#eat(letter) ? this.#base62() + 1 : 0;
	}

	#identifier(): string {
		const isPunycode = this.#eat("u");
		let digits = this.#take();
		if (digits !== "0") while (/\d/.test(this.#next)) digits += this.#take();
		const length = Number(digits);
		if (!/^\d{1,5}$/.test(digits)) throw new NoName();
		this.#eat("_");
		const text = this.#mangled.slice(this.#at, this.#at + length);
		if (text.length < length) throw new NoName();
		this.#at += length;
		return isPunycode ? identifierText(text) : text;
	}

	/** @param inValue where `::` stands before type arguments */
	#path(inValue: boolean): void {
		this.#within(() => {
			const tag = this.#take();
			switch (tag) {
				case "C":
					this.#tagged("s");
					return this.#say(this.#identifier());
				case "N":
					return this.#nested(inValue);
				case "M":
				case "X":
				case "Y":
					if (tag !== "Y") {
						this.#tagged("s");
						this.#silently(() => this.#path(false)); // where the impl stands
					}
					this.#say("<");
					this.#type();
					if (tag !== "M") {
						this.#say(" as ");
						this.#path(false);
					}
					return this.#say(">");
				case "I":
					this.#path(inValue);
					this.#say(inValue ? "::<" : "<");
					this.#list(", ", () => this.#argument());
					return this.#say(">");
				case "B":
					return this.#back(() => this.#path(inValue));
				default:
					throw new NoName();
			}
		});
	}

	#nested(inValue: boolean): void {
		const namespace = this.#take();
		if (!/[A-Za-z]/.test(namespace)) throw new NoName();
		this.#path(inValue);
		const disambiguator = this.#tagged("s");
		const name = this.#identifier();
		if (/[a-z]/.test(namespace)) return this.#say(name === "" ? "" : `::${name}`);
		const kind = namespace === "C" ? "closure" : namespace === "S" ? "shim" : namespace;
		this.#say(`::{${kind}${name === "" ? "" : `:${name}`}#${disambiguator}}`);
	}

	/** Until `E`. How many there were. */
	#list(between: string, read: () => void): number {
		let count = 0;
		while (!this.#eat("E")) {
			if (count++ > 0) this.#say(between);
			read();
		}
		return count;
	}

	#argument(): void {
		if (this.#eat("L")) this.#lifetime(this.#base62());
		else if (this.#eat("K")) this.#constant(false);
		else this.#type();
	}

	/** @param index 1 is the innermost that is bound here; 0 is one that has no name */
	#lifetime(index: number): void {
		if (index === 0) return this.#say("'_");
		const depth = this.#lifetimes - index;
		if (this.#isSilent) return;
		if (depth < 0) throw new NoName();
		this.#say(depth < 26 ? `'${String.fromCodePoint(0x61 + depth)}` : `'_${depth}`);
	}

	/** What stands behind `for<'a>`. */
	#bound(read: () => void): void {
		const count = this.#tagged("G");
		if (count > this.#lettersMax) throw new NoName();
		if (count > 0) {
			this.#say("for<");
			for (let index = 0; index < count; index++) {
				if (index > 0) this.#say(", ");
				this.#lifetimes += 1;
				this.#lifetime(1);
			}
			this.#say("> ");
		}
		read();
		this.#lifetimes -= count;
	}

	#type(): void {
		const basic = BASIC_TYPES.get(this.#next);
		if (basic !== undefined) {
			this.#take();
			return this.#say(basic);
		}
		this.#within(() => this.#builtType());
	}

	#builtType(): void {
		const tag = this.#take();
		switch (tag) {
			case "R":
			case "Q": {
				this.#say("&");
				const lifetime = this.#eat("L") ? this.#base62() : 0;
				if (lifetime > 0) {
					this.#lifetime(lifetime);
					this.#say(" ");
				}
				if (tag === "Q") this.#say("mut ");
				return this.#type();
			}
			case "P":
			case "O":
				this.#say(tag === "P" ? "*const " : "*mut ");
				return this.#type();
			case "A":
			case "S":
				this.#say("[");
				this.#type();
				if (tag === "A") {
					this.#say("; ");
					this.#constant(true);
				}
				return this.#say("]");
			case "T":
				this.#say("(");
				if (this.#list(", ", () => this.#type()) === 1) this.#say(",");
				return this.#say(")");
			case "F":
				return this.#bound(() => this.#function());
			case "D":
				return this.#dynamic();
			case "B":
				return this.#back(() => this.#type());
			default:
				this.#at -= 1;
				this.#path(false);
		}
	}

	#function(): void {
		if (this.#eat("U")) this.#say("unsafe ");
		if (this.#eat("K")) {
			const abi = this.#eat("C") ? "C" : this.#identifier().replaceAll("_", "-");
			this.#say(`extern "${abi}" `);
		}
		this.#say("fn(");
		this.#list(", ", () => this.#type());
		this.#say(")");
		if (this.#eat("u")) return;
		this.#say(" -> ");
		this.#type();
	}

	#dynamic(): void {
		this.#say("dyn ");
		this.#bound(() => this.#list(" + ", () => this.#dynamicTrait()));
		if (!this.#eat("L")) throw new NoName();
		const lifetime = this.#base62();
		if (lifetime === 0) return;
		this.#say(" + ");
		this.#lifetime(lifetime);
	}

	/** `Iterator<Item = u8>`: what a trait is bound to stands among its arguments. */
	#dynamicTrait(): void {
		let isOpen = this.#openPath();
		while (this.#eat("p")) {
			this.#say(isOpen ? ", " : "<");
			isOpen = true;
			this.#say(`${this.#identifier()} = `);
			this.#type();
		}
		if (isOpen) this.#say(">");
	}

	/** A path of which the list of arguments is left open; whether it has one. */
	#openPath(): boolean {
		let isOpen = false;
		if (this.#eat("B")) this.#back(() => (isOpen = this.#openPath()));
		else if (this.#eat("I")) {
			this.#path(false);
			this.#say("<");
			this.#list(", ", () => this.#argument());
			isOpen = true;
		} else this.#path(false);
		return isOpen;
	}

	/** @param inValue where a value may stand by itself; elsewhere what is more than a literal has braces */
	#constant(inValue: boolean): void {
		this.#within(() => {
			const tag = this.#take();
			if (tag === "B") return this.#back(() => this.#constant(inValue));
			const literal = this.#literal(tag);
			if (literal !== undefined) return this.#say(literal);
			if (!inValue) this.#say("{");
			this.#expression(tag);
			if (!inValue) this.#say("}");
		});
	}

	#literal(tag: string): string | undefined {
		if (tag === "p") return "_";
		if (UNSIGNED.has(tag)) return this.#integer();
		if (SIGNED.has(tag)) return `${this.#eat("n") ? "-" : ""}${this.#integer()}`;
		if (tag === "b") {
			const word = ["false", "true"][Number(`0x${this.#hex() || "0"}`)];
			if (word === undefined) throw new NoName();
			return word;
		}
		if (tag !== "c") return tag === "R" && this.#eat("e") ? this.#string() : undefined;
		const code = Number(`0x${this.#hex() || "0"}`);
		if (code > 0x10_ffff || (code >= 0xd8_00 && code <= 0xdf_ff)) throw new NoName();
		return quoted(String.fromCodePoint(code), "'");
	}

	#expression(tag: string): void {
		const value = () => this.#constant(true);
		switch (tag) {
			case "e":
				return this.#say(`*${this.#string()}`);
			case "R":
			case "Q":
				this.#say(tag === "R" ? "&" : "&mut ");
				return value();
			case "A":
				this.#say("[");
				this.#list(", ", value);
				return this.#say("]");
			case "T":
				this.#say("(");
				if (this.#list(", ", value) === 1) this.#say(",");
				return this.#say(")");
			case "V":
				return this.#variant(value);
			default:
				throw new NoName();
		}
	}

	/** A struct or the variant of an enum, with what is in it. */
	#variant(value: () => void): void {
		this.#path(true);
		switch (this.#take()) {
			case "U":
				return;
			case "T":
				this.#say("(");
				this.#list(", ", value);
				return this.#say(")");
			case "S":
				this.#say(" { ");
				this.#list(", ", () => {
					this.#tagged("s");
					this.#say(`${this.#identifier()}: `);
					value();
				});
				return this.#say(" }");
			default:
				throw new NoName();
		}
	}

	/** Up to `_`, without zeros before it. */
	#hex(): string {
		let digits = "";
		for (let digit = this.#take(); digit !== "_"; digit = this.#take()) {
			if (!/[0-9a-f]/.test(digit)) throw new NoName();
			digits += digit;
		}
		return digits.replace(/^0+/, "");
	}

	/** In decimal, up to 64 bits. */
	#integer(): string {
		const hex = this.#hex();
		return hex.length > 16 ? `0x${hex}` : BigInt(`0x${hex || "0"}`).toString();
	}

	#string(): string {
		const start = this.#at;
		this.#hex();
		// zeros count here
		const hex = this.#mangled.slice(start, this.#at - 1);
		const bytes = fromHex(hex);
		if (bytes === undefined) throw new NoName();
		try {
			return quoted(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), '"');
		} catch {
			throw new NoName();
		}
	}
}

/** It is no such name. */
class NoName extends Error {}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UNSIGNED: ReadonlySet<string> = new Set("htmyoj");
const SIGNED: ReadonlySet<string> = new Set("aslxni");

const BASIC_TYPES: ReadonlyMap<string, string> = new Map([
	["a", "i8"],
	["b", "bool"],
	["c", "char"],
	["d", "f64"],
	["e", "str"],
	["f", "f32"],
	["h", "u8"],
	["i", "isize"],
	["j", "usize"],
	["l", "i32"],
	["m", "u32"],
	["n", "i128"],
	["o", "u128"],
	["p", "_"],
	["s", "i16"],
	["t", "u16"],
	["u", "()"],
	["v", "..."],
	["x", "i64"],
	["y", "u64"],
	["z", "!"],
]);

/** As Rust writes it; what would move a terminal, and is no letter of Rust's either, by its number. */
function quoted(text: string, quote: string): string {
	const inside = text.replaceAll(/[\\'"\p{C}\p{Z}]/gu, (letter) => {
		if (letter === " ") return letter;
		if (letter === "\\" || letter === quote) return `\\${letter}`;
		if (letter === "'" || letter === '"') return letter;
		const short = SHORT.get(letter);
		return short ?? `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`;
	});
	return `${quote}${inside}${quote}`;
}

const SHORT: ReadonlyMap<string, string> = new Map([
	["\n", "\\n"],
	["\r", "\\r"],
	["\t", "\\t"],
	["\0", "\\0"],
]);
